// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.Failures;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.StageLost;
import anymesh.wire.error.WireStatus;
import com.google.protobuf.Message;
import io.grpc.ClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call being made. gRPC calls the listener's methods one at a time. The request stays open until the end of the call,
 * because a call that waits for a connection is not drained yet when {@link #begin} returns.
 */
final class ClientFrameCall<Q extends Message, R extends Message> extends ClientCall.Listener<Frame<R>> {
    private static final Logger LOG = LoggerFactory.getLogger(FrameClient.class);

    private final ClientCall<Frame<Q>, Frame<R>> call;
    private final MethodDescriptor<Frame<Q>, Frame<R>> method;
    private final CallContext context;
    private final Frame<Q> request;
    private final FrameObserver<R> observer;

    /** Guards the two fields below: {@link #begin} runs on the caller's thread. */
    private final Object lock = new Object();
    private @Nullable Registration cancellation;
    private boolean ended;

    /** The listener's. */
    private int received;
    private @Nullable MeshException failure;

    ClientFrameCall(ClientCall<Frame<Q>, Frame<R>> call, MethodDescriptor<Frame<Q>, Frame<R>> method,
            CallContext context, Frame<Q> request, FrameObserver<R> observer) {
        this.call = call;
        this.method = method;
        this.context = context;
        this.request = request;
        this.observer = observer;
    }

    /**
     * Sends the request. Answers are asked for afterwards, which spares waking the network thread before there is anything
     * to send; cancellation is listened to afterwards, because a cancelled call takes no message.
     */
    void begin() {
        call.sendMessage(request);
        call.halfClose();
        call.request(isUnary() ? 2 : 1); // a second answer is an offence, and is only seen if asked for
        Registration registration = context.onCancel(() -> call.cancel("cancelled by the caller", null));
        synchronized (lock) {
            if (!ended) {
                cancellation = registration;
                return;
            }
        }
        registration.close();
    }

    @Override
    public void onMessage(Frame<R> message) {
        received++;
        MeshException unreadable = message.failure();
        if (failure != null || context.isCancelled()) {
            message.close();
        } else if (unreadable != null) {
            message.close();
            // The request was not at fault, but whoever answered it.
            fail(unreadable instanceof InvalidInput
                    ? new ContractMismatch("unreadable answer of " + method.getFullMethodName(), unreadable)
                    : unreadable);
        } else if (isUnary() && received > 1) {
            message.close();
            fail(new ContractMismatch("more than one answer of " + method.getFullMethodName()));
        } else {
            deliver(message);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        Registration registration;
        synchronized (lock) {
            ended = true;
            registration = cancellation;
        }
        if (registration != null) {
            registration.close();
        }
        request.close();
        observer.onEnd(outcome(status, trailers));
    }

    private void deliver(Frame<R> message) {
        try {
            observer.onFrame(message);
        } catch (RuntimeException | Error e) {
            LOG.error("observer failed requestId={} method={}", context.requestId(), method.getFullMethodName(), e);
            fail(Failures.of(e, "taking the answer of " + method.getFullMethodName()));
            return;
        }
        if (!isUnary()) {
            call.request(1);
        }
    }

    private void fail(MeshException reason) {
        failure = reason;
        call.cancel("answer refused", reason);
    }

    private @Nullable Throwable outcome(Status status, Metadata trailers) {
        Throwable cause = status.getCause();
        if (failure != null) {
            return failure;
        }
        if (context.isCancelled()) {
            return new CancellationException("cancelled");
        }
        if (status.isOk()) {
            return isUnary() && received == 0
                    ? new ContractMismatch("no answer of " + method.getFullMethodName())
                    : null;
        }
        if (status.getCode() == Status.Code.CANCELLED && cause != null) {
            return Failures.of(cause, "sending to " + method.getFullMethodName());
        }
        MeshException said = WireStatus.fromGrpc(status, trailers);
        return said instanceof StageLost ? new StageLost(said.getMessage(), hadConnection(), said.getCause()) : said;
    }

    private boolean hadConnection() {
        return call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) != null;
    }

    private boolean isUnary() {
        return method.getType().serverSendsOneMessage();
    }
}
