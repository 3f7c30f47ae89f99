// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Counts and times the calls of a stage, by how they ended; health checks and Describe are none of its work. */
final class CallMeters extends ServerStreamTracer.Factory {
    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000,
            20_000, 60_000).map(Duration::ofMillis).toArray(Duration[]::new);

    private final MeterRegistry meters;
    private final AtomicInteger active = new AtomicInteger();

    CallMeters(MeterRegistry meters) {
        this.meters = meters;
        Gauge.builder("anymesh.stage.requests.active", active, AtomicInteger::get)
                .description("calls under way, waiting ones included").register(meters);
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return method.startsWith("grpc.health.") || method.endsWith("/Describe") ? new ServerStreamTracer() {
        } : new Call();
    }

    private final class Call extends ServerStreamTracer {
        private final long start = System.nanoTime();

        Call() {
            active.incrementAndGet();
        }

        @Override
        public void streamClosed(Status status) {
            active.decrementAndGet();
            Timer.builder("anymesh.stage.requests").tag("status", status.getCode().name())
                    .serviceLevelObjectives(BUCKETS).register(meters)
                    .record(Duration.ofNanos(System.nanoTime() - start));
        }
    }
}
