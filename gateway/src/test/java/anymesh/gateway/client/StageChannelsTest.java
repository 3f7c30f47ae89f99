// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.testing.Certificates;
import anymesh.kit.testing.HealthyServer;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.tls.TlsConfig.Expects;
import anymesh.v1.StageDescription;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A real backbone's server whose certificate is for its service and no address. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
class StageChannelsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private Certificates ours;
    private MeshTls backbone;
    private HealthyServer server;

    @BeforeEach
    void serve() {
        ours = new Certificates(folder).issueServer("backbone").issueClient("gateway");
        backbone = MeshTls.open(ours.config("backbone", Expects.SERVICE));
        server = new HealthyServer(backbone.server());
    }

    @AfterEach
    void close() {
        server.close();
        backbone.close();
    }

    @Test
    void aServiceIsKnownByItsNameWhereverItIs() {
        try (var tls = MeshTls.open(ours.config("gateway", Expects.SERVICE)); var channels = channels(tls)) {
            assertThat(health(channels, instance("backbone"))).isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void anAddressThatAnotherServiceHadIsOfAnotherOne() {
        try (var tls = MeshTls.open(ours.config("gateway", Expects.SERVICE)); var channels = channels(tls)) {
            assertThat(health(channels, instance("backbone"))).isEqualTo(ServingStatus.SERVING);
            assertThatThrownBy(() -> health(channels, instance("encoder")))
                    .isInstanceOf(StatusRuntimeException.class).hasMessageContaining("UNAVAILABLE")
                    .rootCause().hasMessageContaining("encoder");
        }
    }

    @Test
    void elseTheHostIsExpected() {
        try (var tls = MeshTls.open(ours.config("gateway", Expects.HOST)); var channels = channels(tls)) {
            assertThatThrownBy(() -> health(channels, instance("backbone")))
                    .isInstanceOf(StatusRuntimeException.class).hasMessageContaining("UNAVAILABLE")
                    .rootCause().hasMessageContaining("127.0.0.1");
        }
    }

    private static StageChannels channels(MeshTls tls) {
        return new StageChannels(new InMemoryStageRegistry(), tls, PATIENCE);
    }

    private static ServingStatus health(StageChannels channels, StageInstance instance) {
        return HealthGrpc.newBlockingStub(channels.to(instance)).withDeadlineAfter(PATIENCE)
                .check(HealthCheckRequest.getDefaultInstance()).getStatus();
    }

    private StageInstance instance(String service) {
        return new StageInstance(service + "-1", service, "127.0.0.1", server.port(), 1, 1, StageState.SERVING,
                StageDescription.getDefaultInstance());
    }
}
