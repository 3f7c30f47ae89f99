// SPDX-License-Identifier: Apache-2.0
/**
 * Owns measurements. Start here: {@link anymesh.bench.HopBench} holds one hop of the mesh against Arrow Flight and raw TCP.
 *
 * <p>Threading: one thread a lane; a lane belongs to its thread. Ownership: a transport closes its lanes' memory last.
 */
@NullMarked
package anymesh.bench;

import org.jspecify.annotations.NullMarked;
