// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.kit.tls.TlsConfig;
import anymesh.v1.Capability;
import anymesh.v1.DescribeRequest;
import anymesh.v1.LlmBackboneGrpc;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.wire.call.WireTransport;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class EndpointWatchTest {
    private static final StageDescription BACKBONE = StageDescription.newBuilder().setService("backbone")
            .setBundle("toyworld").setVersion("1.0.0")
            .addCapabilities(Capability.newBuilder().setModality(Modality.IMAGE).addProduces("signal")).build();

    private static final class Describing extends LlmBackboneGrpc.LlmBackboneImplBase {
        @Override
        public void describe(DescribeRequest request, StreamObserver<StageDescription> answer) {
            answer.onNext(BACKBONE);
            answer.onCompleted();
        }
    }

    @Test
    void anEndpointIsAskedWhatItIsAndWhetherItServes() throws Exception {
        var health = new HealthStatusManager();
        var server = WireTransport.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Describing())
                .addService(health.getHealthService()).build().start();
        health.setStatus("anymesh.v1.LlmBackbone", ServingStatus.SERVING);
        var vertx = Vertx.vertx();
        var registry = new InMemoryStageRegistry();
        try (var watch = new EndpointWatch(vertx, registry, TlsConfig.off())) {
            watch.add(new StaticEndpoints.Endpoint("backbone", "127.0.0.1", server.getPort()));
            assertThat(registry.snapshot().getFirst().state()).isIn(StageState.LOADING, StageState.SERVING);
            await(registry, StageState.SERVING);
            assertThat(registry.snapshot().getFirst().description()).isEqualTo(BACKBONE);
            health.setStatus("anymesh.v1.LlmBackbone", ServingStatus.NOT_SERVING);
            await(registry, StageState.DRAINING);
            server.shutdownNow().awaitTermination();
            await(registry, StageState.STOPPED);
        } finally {
            server.shutdownNow();
            Futures.join(vertx.close());
        }
    }

    private static void await(InMemoryStageRegistry registry, StageState state) {
        Awaitility.await().until(() -> registry.snapshot().getFirst().state() == state);
    }
}
