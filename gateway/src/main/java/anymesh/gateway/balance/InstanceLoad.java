// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import anymesh.kit.registry.StageInstance;

/** One instance as this gateway sees it: the rows that it gave to it and that are not done, of how many at once. */
public record InstanceLoad(StageInstance instance, int outstanding, int capacity, boolean ejected) {}
