// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.StaticEndpoints.Endpoint;
import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.inquiry.StageInquiry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.kit.tls.TlsConfig;
import anymesh.v1.StageDescription;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a registry for a gateway whose stages are listed in its configuration: asks each every few seconds what it is
 * and whether it serves. For one machine or a fixed set of them; a mesh that changes wants a registry of its own.
 */
final class EndpointWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndpointWatch.class);
    private static final long EVERY_MILLIS = 3_000;

    private final Vertx vertx;
    private final StageRegistry registry;
    private final StageInquiries inquiries;
    private final List<StageInquiry> asked = new ArrayList<>();
    private final List<Long> timers = new ArrayList<>();

    EndpointWatch(Vertx vertx, StageRegistry registry, TlsConfig tls) {
        this.vertx = vertx;
        this.registry = registry;
        this.inquiries = StageInquiries.open(vertx, tls);
    }

    /** Begins to watch; until it has answered once, an endpoint counts as loading. */
    void add(Endpoint endpoint) {
        var inquiry = inquiries.to(endpoint.service(), endpoint.host(), endpoint.port());
        asked.add(inquiry);
        registry.put(instance(endpoint, StageState.LOADING, StageDescription.getDefaultInstance()));
        ask(endpoint, inquiry);
        timers.add(vertx.setPeriodic(EVERY_MILLIS, _ -> ask(endpoint, inquiry)));
    }

    private void ask(Endpoint endpoint, StageInquiry inquiry) {
        inquiry.ask()
                .map(answer -> instance(endpoint, answer.isServing() ? StageState.SERVING : StageState.DRAINING,
                        answer.description()))
                .otherwise(_ -> instance(endpoint, StageState.STOPPED, StageDescription.getDefaultInstance()))
                .onSuccess(this::see)
                .onFailure(e -> log.error("instance={} could not be looked at", endpoint.id(), e));
    }

    private void see(StageInstance seen) {
        if (!registry.snapshot().contains(seen)) {
            log.info("instance={} state={} bundle={} version={}", seen.id(), seen.state(),
                    seen.description().getBundle(), seen.description().getVersion());
            registry.put(seen);
        }
    }

    private static StageInstance instance(Endpoint endpoint, StageState state, StageDescription description) {
        return new StageInstance(endpoint.id(), endpoint.service(), endpoint.host(), endpoint.port(), 0, 0, state,
                description);
    }

    @Override
    public void close() {
        timers.forEach(vertx::cancelTimer);
        asked.forEach(StageInquiry::close);
        inquiries.close();
    }
}
