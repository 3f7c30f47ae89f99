// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.wire.call.Registration;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Finds instances that have work and have fallen silent: a process that was stopped, a machine that vanished. A long
 * queue is silent too, so silence alone proves nothing; the instance is asked for its health, on the connection that its
 * work came by, and given up only if it does not answer that. Whatever it answers, it lives. gRPC's own keep-alive would
 * find it too, but no sooner than in ten seconds. Thread-safe.
 */
final class Liveness implements AutoCloseable {
    private final long quietNanos;
    private final long answerMillis;
    private final Vertx vertx;
    private final long timer;
    private final Map<ManagedChannel, Peer> peers = new ConcurrentHashMap<>();

    Liveness(Vertx vertx, Duration quiet, Duration answerTimeout) {
        this.vertx = vertx;
        this.quietNanos = quiet.toNanos();
        this.answerMillis = answerTimeout.toMillis();
        this.timer = vertx.setPeriodic(Math.max(1, quiet.toMillis() / 2), _ -> look());
    }

    /** Watches over a call until the pulse is closed; {@code onLost} may run on a network thread. */
    Pulse watch(ManagedChannel channel, Runnable onLost) {
        var pulse = new Pulse(channel, onLost);
        peers.compute(channel, (_, known) -> {
            var peer = known == null ? new Peer(channel) : known;
            peer.pulses.add(pulse);
            return peer;
        });
        return pulse;
    }

    private void look() {
        long now = System.nanoTime();
        for (var peer : peers.values()) {
            if (!peer.asked && now - peer.lastHeard >= quietNanos) {
                peer.ask();
            }
        }
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }

    /** One call's part in the life of its instance. */
    final class Pulse implements Registration {
        private final ManagedChannel channel;
        private final Runnable onLost;

        Pulse(ManagedChannel channel, Runnable onLost) {
            this.channel = channel;
            this.onLost = onLost;
        }

        /** The instance has said something. */
        void heard() {
            var peer = peers.get(channel);
            if (peer != null) {
                peer.lastHeard = System.nanoTime();
            }
        }

        @Override
        public void close() {
            peers.computeIfPresent(channel, (_, peer) -> {
                peer.pulses.remove(this);
                return peer.pulses.isEmpty() ? null : peer;
            });
        }
    }

    /** An instance while it has work. */
    private final class Peer implements StreamObserver<HealthCheckResponse> {
        private final ManagedChannel channel;
        private final Set<Pulse> pulses = ConcurrentHashMap.newKeySet();
        private volatile long lastHeard = System.nanoTime();
        private volatile long askedAt;
        private volatile boolean asked;

        Peer(ManagedChannel channel) {
            this.channel = channel;
        }

        void ask() {
            asked = true;
            askedAt = System.nanoTime();
            HealthGrpc.newStub(channel).withDeadlineAfter(answerMillis, TimeUnit.MILLISECONDS)
                    .check(HealthCheckRequest.getDefaultInstance(), this);
        }

        @Override
        public void onNext(HealthCheckResponse health) {
            lastHeard = System.nanoTime();
        }

        @Override
        public void onError(Throwable error) {
            switch (Status.fromThrowable(error).getCode()) {
                case DEADLINE_EXCEEDED -> {
                    if (lastHeard - askedAt < 0) {
                        List.copyOf(pulses).forEach(pulse -> pulse.onLost.run());
                    }
                }
                case UNAVAILABLE, CANCELLED -> {
                    // The connection is gone, and its calls end by themselves.
                }
                default -> lastHeard = System.nanoTime();
            }
            asked = false;
        }

        @Override
        public void onCompleted() {
            asked = false;
        }
    }
}
