// SPDX-License-Identifier: Apache-2.0
/**
 * The registry of a mesh of many processes, kept by Consul. No other package knows Consul.
 *
 * <p>Start here: {@link anymesh.kit.consul.ConsulStageRegistry}. Loops and timers run on Vert.x event loops; the methods
 * of the registry itself block and are not for them.
 */
@NullMarked
package anymesh.kit.consul;

import org.jspecify.annotations.NullMarked;
