// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.kit.testing.ConsulAgent;
import anymesh.kit.testing.HealthyServer;
import anymesh.kit.tls.TlsConfig;
import anymesh.v1.StageDescription;
import io.vertx.core.Vertx;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** Consul dies, comes back and has forgotten everything. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulOutageTest {
    private static final Duration SOON = Duration.ofSeconds(30);
    private final Vertx vertx = Vertx.vertx();
    private final HealthyServer server = new HealthyServer();
    private final StageInstance instance = new StageInstance("backbone-1", "backbone", "127.0.0.1", server.port(), 1, 1,
            StageState.SERVING, StageDescription.newBuilder().setBundle("toyworld").build());
    private ConsulAgent consul;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        consul = ConsulAgent.start(folder, "");
    }

    @AfterEach
    void stop() {
        if (consul != null) {
            consul.close();
        }
        server.close();
        Futures.join(vertx.close());
    }

    @Test
    void aGatewayNeverLosesAStageWhenConsulForgetsEverything() {
        try (var stage = open(Set.of("backbone"), Set.of()); var gateway = open(Set.of(), Set.of("backbone"))) {
            stage.put(instance);
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance));
            var told = new CopyOnWriteArrayList<List<StageInstance>>();
            try (var _ = gateway.watch(told::add)) {
                consul.kill();
                consul.startAgain();
                var another = new StageInstance("backbone-2", "backbone", "127.0.0.1", server.port(), 1, 1,
                        StageState.SERVING, instance.description());
                stage.put(another);
                await().atMost(SOON).until(() -> gateway.snapshot().contains(another));
                await().atMost(SOON).until(() -> isRegistered("backbone-1"));
            }
            assertThat(told).allSatisfy(list -> assertThat(list).contains(instance));
        }
    }

    @Test
    void aStageThatDiedWhileConsulWasAwayIsGivenUpAfterTheGrace() {
        try (var gateway = open(Set.of(), Set.of("backbone"))) {
            try (var stage = open(Set.of("backbone"), Set.of())) {
                stage.put(instance);
                await().atMost(SOON).until(() -> gateway.snapshot().contains(instance));
                consul.kill();
            }
            consul.startAgain();
            await().atMost(SOON).until(() -> gateway.snapshot().isEmpty());
        }
    }

    @Test
    void everybodyMayStartBeforeConsul() {
        consul.kill();
        try (var stage = open(Set.of("backbone"), Set.of()); var gateway = open(Set.of(), Set.of("backbone"))) {
            stage.put(instance);
            assertThat(gateway.snapshot()).isEmpty();
            consul.startAgain();
            await().atMost(SOON).until(() -> gateway.snapshot().equals(List.of(instance)));
        }
    }

    private boolean isRegistered(String id) {
        var client = ConsulClient.create(vertx, new ConsulClientOptions().setHost("127.0.0.1").setPort(consul.port()));
        try {
            return Futures.join(client.localServices()).stream().anyMatch(service -> service.getId().equals(id));
        } finally {
            client.close();
        }
    }

    private ConsulStageRegistry open(Set<String> registers, Set<String> follows) {
        return ConsulStageRegistry.open(vertx, Consuls.hasty(consul.address()), registers, follows, TlsConfig.off());
    }
}
