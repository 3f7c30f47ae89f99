// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import anymesh.kit.consul.ConsulConfig;
import anymesh.kit.consul.ConsulStageRegistry;
import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.kubernetes.KubernetesConfig;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.store.LockTaken;
import anymesh.kit.testing.SharedConsul;
import anymesh.kit.testing.SharedKube;
import anymesh.kit.tls.TlsConfig;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a configuration of kind KUBERNETES opens, with the credentials that are found without being named. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class RegistryConfigTest {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();
    @RegisterExtension
    private static final SharedConsul CONSUL = new SharedConsul();
    /** As the variable KUBECONFIG, which a JVM cannot set for itself. */
    private static final String KUBECONFIG = "kubeconfig";

    @BeforeEach
    void name() {
        System.setProperty(KUBECONFIG, SHARED.cluster().kubeconfig().toString());
    }

    @AfterEach
    void forget() {
        System.clearProperty(KUBECONFIG);
    }

    @Test
    void twoGatewaysShareWhatTheClusterKeeps() {
        var vertx = SHARED.vertx();
        var config = RegistryConfig.defaults().withKubernetes(new KubernetesConfig(SHARED.namespace()));
        SHARED.kubectl("create", "deployment", "encoder", "--image=none", "--replicas=0");
        SHARED.kubectl("create", "service", "clusterip", "encoder", "--tcp=7010");
        try (var registry = config.forGateway(vertx, Set.of("encoder"), () -> StageInquiries.open(vertx,
                TlsConfig.off()));
                var stage = config.forStage(vertx, "encoder", TlsConfig.off());
                var store = config.store(vertx, Set.of("routes/"));
                var another = config.store(vertx, Set.of("routes/"));
                var locks = config.locks(vertx);
                var others = config.locks(vertx);
                var wanted = config.wanted(vertx)) {
            assertThat(stage.snapshot()).isEmpty();
            assertThat(Futures.join(store.put("routes/a", "1", Document.ABSENT))).isTrue();
            assertThat(Futures.join(another.put("routes/a", "2", Document.ABSENT))).isFalse();
            Futures.join(locks.acquire("swaps", "one", Duration.ZERO, () -> {}));
            assertThatThrownBy(() -> Futures.join(others.acquire("swaps", "other", Duration.ZERO, () -> {})))
                    .isInstanceOf(LockTaken.class);
            assertThat(registry.snapshot()).isEmpty();
            await().untilAsserted(() -> assertThat(wanted.of("encoder")).hasValue(0));
            Futures.join(wanted.wake("encoder"));
            await().untilAsserted(() -> assertThat(registry.snapshot()).hasSize(1));
            assertThat(registry.snapshot().getFirst().id()).startsWith("encoder-");
        }
    }

    /** As {@code k8s/components/consul} has it. */
    @Test
    void consulFindsStagesWhileTheClusterKeepsTheRest() {
        var vertx = SHARED.vertx();
        var config = RegistryConfig.defaults().withKubernetes(new KubernetesConfig(SHARED.namespace()))
                .withConsul(ConsulConfig.defaults().at(CONSUL.agent().address()))
                .withState(RegistryConfig.State.KUBERNETES);
        SHARED.kubectl("create", "deployment", "backbone", "--image=none", "--replicas=0");
        try (var registry = config.forGateway(vertx, Set.of("backbone"), () -> fail("Consul says what stages are"));
                var stage = config.forStage(vertx, "backbone", TlsConfig.off());
                var store = config.store(vertx, Set.of("routes/"));
                var kept = config.withState(RegistryConfig.State.REGISTRY).store(vertx, Set.of("routes/"));
                var locks = config.locks(vertx);
                var wanted = config.wanted(vertx)) {
            assertThat(stage).isInstanceOf(ConsulStageRegistry.class);
            assertThat(registry).isInstanceOf(ConsulStageRegistry.class);
            assertThat(Futures.join(store.put("routes/b", "1", Document.ABSENT))).isTrue();
            assertThat(SHARED.kubectl("get", "configmaps", "-l", "anymesh.io/folder=routes", "-o", "yaml"))
                    .contains("anymesh.io/name: routes/b");
            assertThat(Futures.join(kept.put("routes/b", "2", Document.ABSENT))).as("Consul has none").isTrue();
            Futures.join(locks.acquire("candidates", "one", Duration.ZERO, () -> {}));
            assertThat(SHARED.kubectl("get", "leases")).contains("candidates");
            await().untilAsserted(() -> assertThat(wanted.of("backbone")).hasValue(0));
            Futures.join(wanted.wake("backbone"));
            await().untilAsserted(() -> assertThat(wanted.of("backbone")).hasValue(1));
        }
    }

    @Test
    void aNamespaceThatCannotBeIsRefused() {
        assertThatThrownBy(() -> new KubernetesConfig("Not a name"))
                .hasMessageContaining("kubernetes.namespace: Not a name");
    }
}
