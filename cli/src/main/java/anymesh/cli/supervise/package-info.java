// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps processes running: starts them, starts them again with growing pauses when they end by themselves, and stops them
 * in order. Knows nothing of what they are.
 *
 * <p>Start here: {@link anymesh.cli.supervise.Supervisor}, whose one thread owns all state.
 */
@NullMarked
package anymesh.cli.supervise;

import org.jspecify.annotations.NullMarked;
