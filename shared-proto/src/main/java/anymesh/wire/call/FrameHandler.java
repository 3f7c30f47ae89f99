// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import com.google.protobuf.Message;

/** What a stage does with one call. */
@FunctionalInterface
public interface FrameHandler<Q extends Message, R extends Message> {
    /**
     * Answers one request, on a virtual thread of its own; it may block. Returning ends the call.
     *
     * @param request closed by the server when this returns or throws; work that goes on elsewhere after that (a batch
     *                that is being computed when its caller gives up) must {@code retain()} the batches it reads
     * @param call    cancelled when the caller goes away or its deadline passes; the thread is not interrupted
     * @param out     takes one frame for a unary method, any number for a streaming one
     * @throws Exception a {@link anymesh.wire.error.MeshException} becomes the call's status; a
     *                   {@link java.util.concurrent.CancellationException} ends it as cancelled; anything else is logged
     *                   and becomes what {@link anymesh.wire.error.Failures} makes of it
     */
    void handle(Frame<Q> request, CallContext call, Emitter<R> out) throws Exception;
}
