// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;

/**
 * Binds a handler to a method. gRPC's listeners only note what arrived; the handler runs on a virtual thread of its own,
 * so that it may block while cancellation and flow control still come through.
 */
public final class FrameServer {
    private FrameServer() {}

    /** For a unary or a server-streaming method. */
    public static <Q extends Message, R extends Message> ServerMethodDefinition<Frame<Q>, Frame<R>> method(
            MethodDescriptor<Frame<Q>, Frame<R>> method, FrameHandler<Q, R> handler) {
        if (!method.getType().clientSendsOneMessage()) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: one request)".formatted(method.getFullMethodName(), method.getType()));
        }
        return ServerMethodDefinition.create(method, (call, headers) -> {
            ServerFrameCall<Q, R> served = new ServerFrameCall<>(call, headers, handler);
            call.request(2); // a second message is an offence, and is only seen if asked for
            return served;
        });
    }
}
