// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.StaticEndpoints.Endpoint;
import anymesh.gateway.routing.Services;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.tls.TlsConfig;
import anymesh.v1.DescribeRequest;
import anymesh.v1.StageDescription;
import anymesh.wire.call.WireTransport;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ClientCalls;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a registry for a gateway whose stages are listed in its configuration: asks each every few seconds what it is
 * ({@code Describe}) and whether it serves (gRPC health). For one machine or a fixed set of them; a mesh that changes
 * wants a registry of its own.
 */
final class EndpointWatch implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EndpointWatch.class);
    private static final long EVERY_MILLIS = 3_000;
    private static final long PATIENCE_MILLIS = 2_000;

    private final Vertx vertx;
    private final StageRegistry registry;
    private final MeshTls tls;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private final List<Long> timers = new ArrayList<>();

    EndpointWatch(Vertx vertx, StageRegistry registry, TlsConfig tls) {
        this.vertx = vertx;
        this.registry = registry;
        this.tls = MeshTls.open(tls);
    }

    /** Begins to watch; until it has answered once, an endpoint counts as loading. */
    void add(Endpoint endpoint) {
        var channel = WireTransport.channel(endpoint.host(), endpoint.port(), tls.channel()).build();
        channels.add(channel);
        registry.put(instance(endpoint, StageState.LOADING, StageDescription.getDefaultInstance()));
        ask(endpoint, channel);
        timers.add(vertx.setPeriodic(EVERY_MILLIS, _ -> ask(endpoint, channel)));
    }

    private void ask(Endpoint endpoint, ManagedChannel channel) {
        vertx.executeBlocking(() -> look(endpoint, channel), false).onSuccess(seen -> {
            if (!registry.snapshot().contains(seen)) {
                log.info("instance={} state={} bundle={} version={}", seen.id(), seen.state(),
                        seen.description().getBundle(), seen.description().getVersion());
                registry.put(seen);
            }
        }).onFailure(e -> log.error("instance={} could not be looked at", endpoint.id(), e));
    }

    private static StageInstance look(Endpoint endpoint, ManagedChannel channel) {
        var method = Services.describe(endpoint.service());
        var options = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        try {
            var description = ClientCalls.blockingUnaryCall(channel, method, options,
                    DescribeRequest.getDefaultInstance());
            var health = HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                    .check(HealthCheckRequest.newBuilder().setService(String.valueOf(method.getServiceName())).build());
            boolean serving = health.getStatus() == ServingStatus.SERVING;
            return instance(endpoint, serving ? StageState.SERVING : StageState.DRAINING, description);
        } catch (StatusRuntimeException _) {
            return instance(endpoint, StageState.STOPPED, StageDescription.getDefaultInstance());
        }
    }

    private static StageInstance instance(Endpoint endpoint, StageState state, StageDescription description) {
        return new StageInstance(endpoint.id(), endpoint.service(), endpoint.host(), endpoint.port(), 0, 0, state,
                description);
    }

    @Override
    public void close() {
        timers.forEach(vertx::cancelTimer);
        channels.forEach(ManagedChannel::shutdownNow);
        tls.close();
    }
}
