// SPDX-License-Identifier: Apache-2.0
/**
 * Owns one hop: how a frame gets from a caller to a handler and its answer back, with deadline, trace, cancellation and
 * flow control.
 *
 * <p>Start here: {@link anymesh.wire.call.FrameClient} makes a call, {@link anymesh.wire.call.FrameServer} serves one,
 * {@link anymesh.wire.call.CallContext} is the request that both belong to, {@link anymesh.wire.call.WireTransport} are
 * the settings of channels and servers.
 *
 * <p>Threading: handlers run on virtual threads and may block; observers and cancellation callbacks run on network
 * threads and must not. Ownership: the client takes over the request and gives away the answers; the server closes the
 * request when its handler returns, and takes over what is emitted.
 */
@NullMarked
package anymesh.wire.call;

import org.jspecify.annotations.NullMarked;
