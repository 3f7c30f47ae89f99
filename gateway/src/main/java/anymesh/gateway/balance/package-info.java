// SPDX-License-Identifier: Apache-2.0
/**
 * Which instance takes a step: of those that serve the version that a route pins, the one with the least work outstanding
 * for its capacity, without those that fail, and gently with those that are new. Start with
 * {@link anymesh.gateway.balance.InstanceChooser}. It knows no protocol: whoever makes the calls tells how they ended.
 * Thread-safe; nothing here blocks.
 */
@NullMarked
package anymesh.gateway.balance;

import org.jspecify.annotations.NullMarked;
