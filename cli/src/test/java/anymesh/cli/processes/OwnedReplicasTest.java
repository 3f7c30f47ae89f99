// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.registry.Release;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.testing.ConsulAgent;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** What a supervisor wants and what others want of it, in a real Consul. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class OwnedReplicasTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String GENERATOR = "generator-image";
    private static final Group CONFIGURED = new Group.Configured(GENERATOR);
    private static final Group CANDIDATE = new Candidate(new Release(GENERATOR, "toyworld", "3.0.0"),
            Path.of("/three"));

    private final Vertx vertx = Vertx.vertx();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> running = new ConcurrentHashMap<>();
    private ConsulAgent consul;
    private RegistryConfig config;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        consul = ConsulAgent.start(folder, "");
        var defaults = RegistryConfig.defaults();
        config = defaults.withConsul(defaults.consul().at(consul.address()));
    }

    @AfterEach
    void stop() {
        Futures.join(vertx.close());
        if (consul != null) {
            consul.close();
        }
    }

    /** A supervisor whose processes start at once. */
    private OwnedReplicas supervisor() throws IOException {
        var owned = OwnedReplicas.open(vertx, config, events::add);
        running.put(GENERATOR, 0);
        owned.want(CONFIGURED, 0);
        owned.follow(group -> running.getOrDefault(group.key(), 0), group -> {
            try {
                owned.wanted(group).ifPresent(count -> running.put(group.key(), count));
            } catch (IOException e) {
                events.add(e.getMessage());
            }
        });
        return owned;
    }

    @Test
    void whatAGatewayWakesIsRun() throws Exception {
        try (var _ = supervisor(); var gateway = config.replicas(vertx)) {
            await().atMost(SOON).until(() -> gateway.of(GENERATOR).equals(OptionalInt.of(0)));
            Futures.join(gateway.wake(GENERATOR));
            await().atMost(SOON).untilAsserted(() -> assertThat(running).containsEntry(GENERATOR, 1));
            Futures.join(gateway.set("encoder", 5));
            Futures.join(gateway.set(GENERATOR, 2));
            await().atMost(SOON).untilAsserted(() -> assertThat(running).containsEntry(GENERATOR, 2));
            assertThat(running).as("it never said anything of encoders").containsOnlyKeys(GENERATOR);
        }
    }

    @Test
    void aReleaseIsRunBesideItsServiceUntilItIsForgotten() throws Exception {
        try (var owned = supervisor(); var gateway = config.replicas(vertx)) {
            owned.want(CANDIDATE, 1);
            await().atMost(SOON).until(() -> gateway.of(CANDIDATE.key()).equals(OptionalInt.of(1)));
            Futures.join(gateway.set(CANDIDATE.key(), 2));
            await().atMost(SOON).untilAsserted(() -> assertThat(running).containsEntry(CANDIDATE.key(), 2));
            assertThat(running).containsEntry(GENERATOR, 0);
            owned.forget(CANDIDATE);
            await().atMost(SOON).until(() -> gateway.of(CANDIDATE.key()).isEmpty());
            assertThat(owned.wanted(CANDIDATE)).isEmpty();
            assertThat(gateway.of(GENERATOR)).hasValue(0);
        }
    }

    @Test
    void aSecondSupervisorIsToldWhoTheFirstOneIs() throws Exception {
        try (var _ = supervisor()) {
            assertThatThrownBy(this::supervisor).isInstanceOf(IOException.class)
                    .hasMessageContaining("another supervisor (process " + ProcessHandle.current().pid())
                    .hasMessageContaining(consul.address());
        }
        supervisor().close();
    }

    @Test
    void whatItWantsIsTakenBackWhenItEnds() throws Exception {
        try (var gateway = config.replicas(vertx)) {
            try (var _ = supervisor()) {
                await().atMost(SOON).until(() -> gateway.of(GENERATOR).isPresent());
            }
            await().atMost(SOON).until(() -> gateway.of(GENERATOR).isEmpty());
        }
    }

    @Test
    void whatItWantedOfAReleaseIsLeftForTheNextOne() throws Exception {
        try (var owned = supervisor()) {
            owned.want(CANDIDATE, 2);
        }
        try (var next = supervisor()) {
            assertThat(next.left()).containsExactly(new StoredReplicas.Started(CANDIDATE.key(), 2, "/three"));
            next.forget(CANDIDATE.key());
            assertThat(next.left()).isEmpty();
        }
    }

    @Test
    void aConsulThatForgotEverythingIsToldAgain() throws Exception {
        try (var owned = supervisor()) {
            owned.want(CONFIGURED, 3);
            await().atMost(SOON).untilAsserted(() -> assertThat(running).containsEntry(GENERATOR, 3));
            consul.kill();
            assertThatThrownBy(() -> owned.want(CONFIGURED, 4)).isInstanceOf(IOException.class);
            consul.startAgain();
            try (var gateway = config.replicas(vertx)) { // a new one, which remembers nothing either
                await().atMost(SOON).until(() -> gateway.of(GENERATOR).equals(OptionalInt.of(3)));
                assertThatThrownBy(this::supervisor).as("it has the lock again").isInstanceOf(IOException.class);
                Futures.join(gateway.set(GENERATOR, 1));
                await().atMost(SOON).untilAsserted(() -> assertThat(running).containsEntry(GENERATOR, 1));
            }
        }
    }
}
