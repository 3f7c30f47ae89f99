// SPDX-License-Identifier: Apache-2.0
/**
 * Owns the kinds of failure and how they look outside: {@link anymesh.wire.error.MeshException} is the closed list,
 * {@link anymesh.wire.error.WireStatus} the one table to gRPC and HTTP.
 *
 * <p>Start here: {@link anymesh.wire.error.WireStatus}. Everything is immutable.
 */
@NullMarked
package anymesh.wire.error;

import org.jspecify.annotations.NullMarked;
