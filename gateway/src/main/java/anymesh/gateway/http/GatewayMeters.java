// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.StageUsage;
import anymesh.gateway.telemetry.ReleaseTags;
import anymesh.kit.catalogue.Modalities;
import anymesh.kit.trace.Exemplars;
import anymesh.wire.WireMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the gateway counts: requests by route and status, calls by stage and modality, and what it holds at the moment. */
final class GatewayMeters implements AutoCloseable {
    /** Of what may be a text from a cache or a video: from 10 ms to two minutes. */
    private static final Duration[] BUCKETS = Stream
            .of(10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 120_000)
            .map(Duration::ofMillis).toArray(Duration[]::new);

    private final PrometheusMeterRegistry meters;
    private final Runnable measure;

    GatewayMeters(PrometheusMeterRegistry meters, Admission admission, WireMemory memory, Runnable measure) {
        this.meters = meters;
        this.measure = measure;
        Gauge.builder("anymesh.gateway.requests.active", admission, Admission::concurrent).register(meters);
        Gauge.builder("anymesh.gateway.body.bytes", admission, Admission::heldBytes).register(meters);
        Gauge.builder("anymesh.embedding.bytes", memory, WireMemory::allocatedBytes).register(meters);
    }

    /** Times a request from here to the end of its response. */
    void time(RoutingContext http) {
        long start = System.nanoTime();
        var counted = new AtomicBoolean(); // a connection that breaks may end a request twice
        http.addEndHandler(_ -> {
            if (counted.compareAndSet(false, true)) {
                var timer = Timer.builder("anymesh.gateway.requests")
                        .tag("route", Routes.label(http))
                        .tag("status", String.valueOf(http.response().getStatusCode()))
                        .serviceLevelObjectives(BUCKETS)
                        .register(meters);
                Exemplars.of(http.response().headers().get(RequestIds.TRACE),
                        () -> timer.record(Duration.ofNanos(System.nanoTime() - start)));
            }
        });
        http.next();
    }

    /** Counts a step of the request that the trace belongs to, if there is one. */
    void count(StageUsage usage, @Nullable String traceparent) {
        var hop = usage.served().hop();
        var timer = Timer.builder("anymesh.gateway.stage")
                .tags(ReleaseTags.of(hop.release()))
                .tag("modality", Modalities.name(hop.modality()))
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
        Exemplars.of(traceparent, () -> timer.record(Duration.ofNanos((long) (usage.milliseconds() * 1_000_000))));
    }

    /** All meters, in the format that {@code accept} asks for; exemplars are in OpenMetrics only. */
    String scrape(String format) {
        measure.run();
        return meters.scrape(format);
    }

    @Override
    public void close() {
        meters.close();
    }
}
