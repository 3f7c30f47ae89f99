// SPDX-License-Identifier: Apache-2.0
/**
 * What the processes of a mesh must agree on, beside which of them exist: small texts by name, and locks.
 *
 * <p>Start here: {@link anymesh.kit.store.MeshStore}. Everything is thread-safe and answers with futures, so that event
 * loops may ask too.
 */
@NullMarked
package anymesh.kit.store;

import org.jspecify.annotations.NullMarked;
