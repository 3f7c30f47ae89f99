// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.ending.Budget;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.WireStatus;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.concurrent.CountDownLatch;

/**
 * Lets a stage's calls in until it is shut. After that each new one is refused as {@link ModelNotReady}, in words that make
 * its caller go elsewhere. Describe is always answered, as health is: who asks wants to know how things stand. Thread-safe.
 */
final class CallGate implements ServerInterceptor {
    private final CountDownLatch idle = new CountDownLatch(1);
    private int underWay;
    private boolean shut;

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
            ServerCallHandler<Q, R> next) {
        if (call.getMethodDescriptor().getFullMethodName().endsWith("/Describe")) {
            return next.startCall(call, headers);
        }
        if (!enter()) {
            var refusal = WireStatus.toGrpc(new ModelNotReady("the stage is going away"));
            call.close(refusal.getStatus(), refusal.getTrailers());
            return new ServerCall.Listener<>() {
            };
        }
        // gRPC ends each call that was begun with one of these two.
        return new SimpleForwardingServerCallListener<>(next.startCall(call, headers)) {
            @Override
            public void onComplete() {
                leave();
                super.onComplete();
            }

            @Override
            public void onCancel() {
                leave();
                super.onCancel();
            }
        };
    }

    private synchronized boolean enter() {
        if (!shut) {
            underWay++;
        }
        return !shut;
    }

    private synchronized void leave() {
        underWay--;
        tellIfIdle();
    }

    private void tellIfIdle() {
        if (shut && underWay == 0) {
            idle.countDown();
        }
    }

    /** How many calls are under way. */
    synchronized int underWay() {
        return underWay;
    }

    /** Refuses what comes from now on, and waits for what is under way; false if that lasts longer. */
    boolean shut(Budget budget) {
        synchronized (this) {
            shut = true;
            tellIfIdle();
        }
        return budget.await(idle);
    }
}
