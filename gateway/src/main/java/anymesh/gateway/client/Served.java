// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.routing.Hop;

/** A step that was done, and the id of the instance that did it. */
public record Served(Hop hop, String instance) {}
