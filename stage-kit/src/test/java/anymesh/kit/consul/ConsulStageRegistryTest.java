// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageRegistryContract;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.kit.testing.PatientWaits;
import anymesh.kit.testing.SharedConsul;
import anymesh.kit.testing.HealthyServer;
import anymesh.kit.tls.TlsConfig;
import io.vertx.ext.consul.ConsulClient;
import io.vertx.ext.consul.ConsulClientOptions;
import io.vertx.ext.consul.ServiceOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The contract on a real Consul, and what only a registry between processes has to do. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class ConsulStageRegistryTest extends StageRegistryContract {
    private static final Duration SOON = PatientWaits.PATIENCE;
    @RegisterExtension
    private static final SharedConsul SHARED = new SharedConsul();

    @Override
    protected StageRegistry open() {
        return both();
    }

    @Test
    void oneProcessRegistersAndAnotherSeesIt() {
        try (var gateway = gateway(); var server = new HealthyServer()) {
            try (var stage = stage()) {
                var instance = at(server);
                stage.put(instance);
                await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).containsExactly(instance));
            }
            await().atMost(SOON).until(() -> gateway.snapshot().isEmpty());
        }
    }

    @Test
    void oneThatListensEverywhereIsFoundAtAnAddress() {
        try (var stage = stage(); var gateway = gateway(); var server = new HealthyServer()) {
            var here = at(server);
            stage.put(new StageInstance(here.id(), SERVICE, "0.0.0.0", here.grpcPort(), 1, 7, StageState.SERVING,
                    here.description()));
            await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).singleElement()
                    .satisfies(told -> assertThat(told.host()).isNotEqualTo("0.0.0.0").matches("[0-9a-f.:]+")));
        }
    }

    @Test
    void anInstanceWhoseHealthFailsIsNotServing() {
        try (var stage = stage(); var gateway = gateway(); var server = new HealthyServer()) {
            var instance = at(server);
            stage.put(instance);
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance));
            server.setServing(false);
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertThat(gateway.snapshot()).containsExactly(instance.with(StageState.STOPPED)));
            server.setServing(true);
            await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).containsExactly(instance));
        }
    }

    @Test
    void registeringAgainDoesNotCallADeadServerHealthy() {
        try (var stage = stage(); var gateway = gateway()) {
            var server = new HealthyServer();
            var instance = at(server);
            stage.put(instance);
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance));
            server.close();
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance.with(StageState.STOPPED)));
            var told = new CopyOnWriteArrayList<StageState>();
            try (var _ = gateway.watch(list -> list.forEach(i -> told.add(i.state())))) {
                // three looks, at intervals of a second
                await().pollDelay(Duration.ofSeconds(3)).atMost(SOON).until(() -> true);
            }
            assertThat(told).containsOnly(StageState.STOPPED);
        }
    }

    @Test
    void lookingOftenDoesNotPutOffTheNextCheck() {
        var config = Consuls.every(SHARED.agent().address(), Duration.ofMillis(100), Duration.ofSeconds(1));
        try (var stage = stage(config); var gateway = gateway(); var server = new HealthyServer()) {
            var instance = at(server);
            stage.put(instance);
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance));
            server.setServing(false);
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance.with(StageState.STOPPED)));
        }
    }

    @Test
    void whoseProcessHasEndedIsGoneBeforeItsNextCheck() {
        var rarely = Consuls.every(SHARED.agent().address(), Duration.ofMinutes(10), Duration.ofMinutes(10));
        try (var supervisor = gateway(); var gateway = gateway(); var server = new HealthyServer()) {
            var old = at(server);
            try (var killed = stage(rarely); var stage = stage()) {
                killed.put(old);
                await().atMost(SOON).until(() -> gateway.snapshot().contains(old));
                supervisor.ended(old.id());
                await().atMost(SOON)
                        .untilAsserted(
                                () -> assertThat(gateway.snapshot()).containsExactly(old.with(StageState.STOPPED)));
                var restarted = restarted(old, server);
                stage.put(restarted);
                await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).containsExactly(restarted));
            }
        }
    }

    @Test
    void thatAnEarlierProcessHasEndedMayComeLate() {
        try (var supervisor = gateway();
                var gateway = gateway();
                var stage = stage();
                var server = new HealthyServer()) {
            var instance = at(server);
            var told = new CopyOnWriteArrayList<StageState>();
            stage.put(instance);
            await().atMost(SOON).until(() -> gateway.snapshot().contains(instance));
            try (var _ = gateway.watch(list -> list.forEach(i -> told.add(i.state())))) {
                supervisor.ended(instance.id());
                await().atMost(SOON).until(() -> told.contains(StageState.STOPPED));
            }
            await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).containsExactly(instance));
        }
    }

    @Test
    void aRestartedInstanceTakesItsNameBackAtOnce() {
        try (var gateway = gateway(); var before = new HealthyServer(); var after = new HealthyServer()) {
            var old = at(before);
            // Not closed before the other one is there: as if it had been killed.
            try (var killed = stage(); var stage = stage()) {
                killed.put(old);
                killed.put(old.with(StageState.DRAINING));
                await().atMost(SOON).until(() -> gateway.snapshot().contains(old.with(StageState.DRAINING)));
                var restarted = restarted(old, after);
                stage.put(restarted);
                await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).containsExactly(restarted));
            }
        }
    }

    @Test
    void aServiceOfSomebodyElseWithOneOfOurNamesIsLeftAlone() {
        try (var gateway = gateway(); var stage = stage(); var server = new HealthyServer()) {
            var client = ConsulClient.create(SHARED.vertx(),
                    new ConsulClientOptions().setHost("127.0.0.1").setPort(SHARED.agent().port()));
            Futures.join(client.registerService(new ServiceOptions().setId("other").setName(SERVICE).setPort(1)));
            try {
                var instance = at(server);
                stage.put(instance);
                await().atMost(SOON).untilAsserted(() -> assertThat(gateway.snapshot()).containsExactly(instance));
            } finally {
                Futures.join(client.deregisterService("other"));
                client.close();
            }
        }
    }

    private static StageInstance restarted(StageInstance old, HealthyServer server) {
        return new StageInstance(old.id(), SERVICE, "127.0.0.1", server.port(), 1, 8, StageState.SERVING,
                old.description());
    }

    private StageInstance at(HealthyServer server) {
        var instance = serving(description());
        return new StageInstance(instance.id(), SERVICE, "127.0.0.1", server.port(), 1, 7, StageState.SERVING,
                instance.description());
    }

    private static StageRegistry both() {
        return ConsulStageRegistry.open(SHARED.vertx(), config(), Set.of(SERVICE), Set.of(SERVICE), TlsConfig.off());
    }

    private static StageRegistry stage() {
        return stage(config());
    }

    private static StageRegistry stage(ConsulConfig config) {
        return ConsulStageRegistry.open(SHARED.vertx(), config, Set.of(SERVICE), Set.of(), TlsConfig.off());
    }

    private static StageRegistry gateway() {
        return ConsulStageRegistry.open(SHARED.vertx(), config(), Set.of(), Set.of(SERVICE), TlsConfig.off());
    }

    private static ConsulConfig config() {
        return Consuls.hasty(SHARED.agent().address());
    }
}
