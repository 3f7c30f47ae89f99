// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import anymesh.wire.WireLimits;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.util.concurrent.CancellationException;

/** Calls a stage. Never retries: which instance redoes a step is for the one place that routes to decide. */
public final class FrameClient {
    private FrameClient() {}

    /**
     * Starts a call and returns. The deadline, the request id and a child span travel along; cancelling the context
     * cancels the call.
     *
     * @param request taken over: closed when the call has ended
     */
    public static <Q extends Message, R extends Message> void call(Channel channel,
            MethodDescriptor<Frame<Q>, Frame<R>> method, CallContext context, Frame<Q> request,
            FrameObserver<R> observer) {
        if (context.isDone()) {
            request.close();
            observer.onEnd(context.isCancelled()
                    ? new CancellationException("cancelled")
                    : new DeadlineExceeded("no time left for " + method.getFullMethodName()));
            return;
        }
        long size = request.wireBytes();
        if (size > WireLimits.MAX_MESSAGE_BYTES) {
            // The peer would refuse it too, but as RESOURCE_EXHAUSTED, which asks for another try.
            request.close();
            observer.onEnd(new InvalidInput(
                    "message: %d bytes (expected: at most %d)".formatted(size, WireLimits.MAX_MESSAGE_BYTES)));
            return;
        }
        ClientCall<Frame<Q>, Frame<R>> call = channel.newCall(method,
                CallOptions.DEFAULT.withDeadline(context.deadline()));
        Metadata headers = new Metadata();
        context.writeTo(headers);
        ClientFrameCall<Q, R> listener = new ClientFrameCall<>(call, method, context, request, observer);
        call.start(listener, headers);
        listener.begin();
    }
}
