// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.kit.testing.SharedKube;
import anymesh.kit.tls.TlsConfig;
import io.fabric8.kubernetes.client.ConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A gateway with the Role that docs/operate.md has for it, and no more. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class KubernetesAccessTest {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();
    private static final Path OPERATE = Path.of(System.getProperty("anymesh.root"), "docs/operate.md");

    @BeforeAll
    static void grant(@TempDir Path folder) throws Exception {
        var role = Pattern.compile("(?m)^    apiVersion: rbac(?:.*\n)(?:    .*\n)+").matcher(Files.readString(OPERATE));
        assertThat(role.find()).isTrue();
        SHARED.kubectl("apply", "-f",
                Files.writeString(folder.resolve("role.yaml"), role.group().stripIndent()).toString());
        SHARED.kubectl("create", "serviceaccount", "gateway");
        SHARED.kubectl("create", "rolebinding", "gateway", "--role=anymesh-gateway",
                "--serviceaccount=" + SHARED.namespace() + ":gateway");
        SHARED.kubectl("create", "deployment", "backbone", "--image=none", "--replicas=0");
        SHARED.kubectl("create", "serviceaccount", "nobody");
    }

    /** What a pod of this service account would have. */
    private static KubernetesAccess as(String account) {
        return with(SHARED.kubectl("create", "token", account));
    }

    private static KubernetesAccess with(String token) {
        return Kubes.access(SHARED, new ConfigBuilder(Kubes.config(SHARED).build()).withOauthToken(token)
                .withAutoOAuthToken(null));
    }

    private static KubernetesStageRegistry registry(KubernetesAccess access) {
        return KubernetesStageRegistry.open(access, Set.of("generator-image"), StageInquiries.open(SHARED.vertx(),
                TlsConfig.off()));
    }

    @Test
    void theRoleOfTheManualIsEnoughForAGateway() {
        try (var registry = registry(as("gateway"));
                var store = KubernetesMeshStore.open(as("gateway"));
                var locks = KubernetesMeshLocks.open(as("gateway"));
                var replicas = DeploymentReplicas.open(as("gateway"))) {
            assertThat(registry.snapshot()).isEmpty();
            var heard = new AtomicInteger();
            try (var _ = store.watch("routes/", _ -> heard.incrementAndGet())) {
                assertThat(Futures.join(store.put("routes/a", "1", Document.ABSENT))).isTrue();
                var written = Futures.join(store.list("routes/")).getFirst();
                assertThat(Futures.join(store.put("routes/a", "2", written.version()))).isTrue();
                assertThat(Futures.join(store.remove("routes/a",
                        Futures.join(store.get("routes/a")).orElseThrow().version()))).isTrue();
                await().until(() -> heard.get() > 0);
            }
            var lock = Futures.join(locks.acquire("swaps", "gateway", Duration.ZERO, () -> {}));
            Futures.join(lock.release());
            Futures.join(replicas.wake("backbone"));
            await().untilAsserted(() -> assertThat(replicas.of("backbone")).hasValue(1));
        }
    }

    @Test
    void whoMayNotIsToldWhatIsMissing() {
        assertThatThrownBy(() -> registry(as("nobody"))).isInstanceOf(KubernetesRefusedException.class)
                .hasMessageContaining("lacks permission to list endpointslices.discovery.k8s.io, watch");
        assertThatThrownBy(() -> KubernetesMeshStore.open(as("nobody")))
                .isInstanceOf(KubernetesRefusedException.class).hasMessageContaining("get configmaps, list configmaps");
        assertThatThrownBy(() -> KubernetesMeshLocks.open(as("nobody")))
                .isInstanceOf(KubernetesRefusedException.class)
                .hasMessageContaining("create leases.coordination.k8s.io");
        assertThatThrownBy(() -> DeploymentReplicas.open(as("nobody")))
                .isInstanceOf(KubernetesRefusedException.class)
                .hasMessageContaining("update deployments/scale.apps");
    }

    @Test
    void aTokenThatIsUnknownIsRefused() {
        assertThatThrownBy(() -> KubernetesMeshStore.open(with("made-up")))
                .isInstanceOf(KubernetesRefusedException.class).hasMessageContaining("refuses");
    }

    @Test
    void aServerWhoseCertificateNobodyVouchesForIsRefused() {
        assertThatThrownBy(() -> KubernetesMeshStore.open(Kubes.access(SHARED,
                Kubes.config(SHARED).withCaCertFile(null).withCaCertData(null))))
                .isInstanceOf(KubernetesRefusedException.class).hasMessageContaining("certification path");
    }

    @Test
    void aGatewayMayStartWhileTheApiServerIsAway() {
        SHARED.cluster().killApi();
        try (var store = KubernetesMeshStore.open(Kubes.access(SHARED));
                var replicas = DeploymentReplicas.open(Kubes.access(SHARED))) {
            assertThat(replicas.of("backbone")).isEmpty();
            SHARED.cluster().reviveApi();
            await().until(() -> replicas.of("backbone").isPresent());
            assertThat(Futures.join(store.get("routes/none"))).isEmpty();
        }
    }
}
