// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.StageUsage;
import anymesh.gateway.routing.Services;
import anymesh.wire.WireMemory;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** What the gateway counts: requests by route and status, calls by stage and modality, and what it holds at the moment. */
final class GatewayMeters implements AutoCloseable {
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    GatewayMeters(Admission admission, WireMemory memory) {
        Gauge.builder("anymesh.gateway.requests.active", admission, Admission::concurrent).register(meters);
        Gauge.builder("anymesh.embedding.bytes", memory, WireMemory::allocatedBytes).register(meters);
    }

    /** Times a request from here to the end of its response. */
    void time(RoutingContext http) {
        long start = System.nanoTime();
        var counted = new AtomicBoolean(); // a connection that breaks may end a request twice
        http.addEndHandler(_ -> {
            if (counted.compareAndSet(false, true)) {
                Timer.builder("anymesh.gateway.requests")
                        .tag("route", route(http.normalizedPath()))
                        .tag("status", String.valueOf(http.response().getStatusCode()))
                        .register(meters)
                        .record(Duration.ofNanos(System.nanoTime() - start));
            }
        });
        http.next();
    }

    /** A path as a tag: whatever clients invent must not make new time series. */
    private static String route(String path) {
        return switch (path) {
            case HttpApi.CHAT -> "chat";
            case HttpApi.IMAGES -> "images";
            default -> path.startsWith(ModelsRoute.PATH) ? "models" : "other";
        };
    }

    void count(StageUsage usage) {
        Timer.builder("anymesh.gateway.stage")
                .tag("stage", usage.hop().service())
                .tag("modality", Services.name(usage.hop().modality()))
                .register(meters)
                .record(Duration.ofNanos((long) (usage.milliseconds() * 1_000_000)));
    }

    String scrape() {
        return meters.scrape();
    }

    @Override
    public void close() {
        meters.close();
    }
}
