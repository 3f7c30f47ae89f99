// SPDX-License-Identifier: Apache-2.0
/**
 * What a mesh of many processes has in common, kept by Consul: the registry, the store and the locks. No other package
 * knows Consul.
 *
 * <p>Start here: {@link anymesh.kit.consul.ConsulStageRegistry}, {@link anymesh.kit.consul.ConsulMeshStore},
 * {@link anymesh.kit.consul.ConsulMeshLocks}. Loops and timers run on Vert.x event loops; the methods
 * of the registry itself block and are not for them.
 */
@NullMarked
package anymesh.kit.consul;

import org.jspecify.annotations.NullMarked;
