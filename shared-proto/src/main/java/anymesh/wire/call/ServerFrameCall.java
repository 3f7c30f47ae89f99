// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.call;

import anymesh.wire.Frame;
import anymesh.wire.WireLimits;
import anymesh.wire.error.Failures;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.WireStatus;
import com.google.protobuf.Message;
import io.grpc.Context;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.inprocess.InProcessSocketAddress;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call being served. gRPC calls the listener's methods one at a time, on a network thread; {@link #emit} and the end
 * of the call belong to the handler's thread once it runs, and to the listener before that.
 */
final class ServerFrameCall<Q extends Message, R extends Message> extends ServerCall.Listener<Frame<Q>>
        implements
            Emitter<R> {
    private static final Logger LOG = LoggerFactory.getLogger(FrameServer.class);

    private final ServerCall<Frame<Q>, Frame<R>> call;
    private final FrameHandler<Q, R> handler;
    private final CallContext context;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Between onMessage and onHalfClose; the listener's. */
    private @Nullable Frame<Q> request;
    /** Of the heap, for the request; the listener's until it is the handler's. */
    private Registration room = () -> {};
    /** No handler will run any more; the listener's. */
    private boolean refused;
    /** The handler's. */
    private int sent;
    /** Embeddings that were sent to a caller in this process, which reads them where they lie: until the call has ended. */
    private final @Nullable Queue<Frame<R>> lent;

    ServerFrameCall(ServerCall<Frame<Q>, Frame<R>> call, Metadata headers, FrameHandler<Q, R> handler) {
        this.call = call;
        this.handler = handler;
        this.context = CallContext.received(headers, Context.current().getDeadline());
        this.lent = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InProcessSocketAddress
                ? new ConcurrentLinkedQueue<>()
                : null;
        context.onCancel(this::wake);
    }

    @Override
    public void onMessage(Frame<Q> message) {
        if (refused || request != null) {
            message.close();
            refuse(new InvalidInput("more than one request message"));
        } else {
            request = message;
            try {
                room = LargeRequests.OF_THIS_PROCESS.take(message.header().getSerializedSize());
            } catch (Overloaded e) {
                refuse(e);
            }
        }
    }

    @Override
    public void onHalfClose() {
        Frame<Q> received = request;
        if (refused) {
            return;
        }
        if (received == null) {
            refuse(new InvalidInput("no request message"));
            return;
        }
        MeshException failure = received.failure();
        if (failure != null) {
            refuse(failure);
            return;
        }
        request = null; // from here on the handler's
        Thread.ofVirtual().name(call.getMethodDescriptor().getFullMethodName()).start(() -> serve(received));
    }

    @Override
    public void onCancel() {
        dropRequest();
        refused = true;
        context.cancel();
        closeLent();
    }

    @Override
    public void onComplete() {
        closeLent();
    }

    private void closeLent() {
        if (lent != null) {
            for (Frame<R> frame; (frame = lent.poll()) != null;) {
                frame.close();
            }
        }
    }

    @Override
    public void onReady() {
        wake();
    }

    @Override
    public void emit(Frame<R> frame) {
        try (Registration _ = lent == null || frame.embeddings().isEmpty() ? frame::close : lend(frame)) {
            long size = frame.wireBytes();
            if (size > WireLimits.MAX_MESSAGE_BYTES) {
                throw new IllegalStateException(
                        "answer: %d bytes (expected: at most %d)".formatted(size, WireLimits.MAX_MESSAGE_BYTES));
            }
            if (sent > 0 && isUnary()) {
                throw new IllegalStateException("a second answer to a unary call");
            }
            awaitReady();
            if (sent == 0) {
                call.sendHeaders(new Metadata());
            }
            sent++;
            call.sendMessage(frame);
        }
    }

    /** What comes too late for the end of the call is closed here. */
    private Registration lend(Frame<R> frame) {
        Objects.requireNonNull(lent).add(frame);
        return () -> {
            if (call.isCancelled()) {
                closeLent();
            }
        };
    }

    /** Closes the request before the call, so that a caller who sees the end knows that nothing is held any more. */
    private void serve(Frame<Q> received) {
        Metadata trailers = new Metadata();
        Status status;
        try (var _ = LogIds.of(context)) {
            status = run(received);
        } catch (MeshException e) {
            StatusRuntimeException failed = WireStatus.toGrpc(e);
            status = failed.getStatus();
            trailers = failed.getTrailers();
        }
        room.close();
        call.close(status, trailers);
    }

    private Status run(Frame<Q> received) {
        String method = call.getMethodDescriptor().getFullMethodName();
        try (received) {
            handler.handle(received, context, this);
            if (sent == 0 && isUnary()) {
                if (context.isDone()) {
                    return Status.CANCELLED.withDescription("cancelled");
                }
                throw new IllegalStateException("no answer to a unary call");
            }
            return Status.OK;
        } catch (MeshException e) {
            throw e;
        } catch (CancellationException e) {
            return Status.CANCELLED.withDescription("cancelled");
        } catch (Throwable e) {
            LOG.error("call failed requestId={} method={}", context.requestId(), method, e);
            throw Failures.of(e, method);
        }
    }

    private void awaitReady() {
        lock.lock();
        try {
            while (!context.isCancelled() && !call.isCancelled() && !call.isReady()) {
                changed.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } finally {
            lock.unlock();
        }
        if (context.isCancelled() || call.isCancelled()) {
            throw new CancellationException("cancelled");
        }
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void refuse(MeshException reason) {
        dropRequest();
        if (!refused) {
            refused = true;
            StatusRuntimeException status = WireStatus.toGrpc(reason);
            call.close(status.getStatus(), status.getTrailers());
        }
    }

    private void dropRequest() {
        Frame<Q> dropped = request;
        request = null;
        if (dropped != null) {
            dropped.close();
            room.close();
        }
    }

    private boolean isUnary() {
        return call.getMethodDescriptor().getType().serverSendsOneMessage();
    }
}
