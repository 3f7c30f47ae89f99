// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.inquiry.StageInquiries;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.registry.StageRegistryContract;
import anymesh.kit.registry.StageState;
import anymesh.kit.testing.SharedKube;
import anymesh.kit.tls.TlsConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real API server, with slices made by hand, and what only a cluster does. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class KubernetesStageRegistryTest extends StageRegistryContract {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();

    private HandMadeSlices opened;

    @Override
    protected StageRegistry open() {
        opened = slices();
        return opened;
    }

    @Override
    protected StageInstance shown(StageInstance put) {
        return opened.shown(put);
    }

    private static HandMadeSlices slices() {
        return new HandMadeSlices(Kubes.access(SHARED), registry(Set.of(SERVICE)));
    }

    private static StageRegistry registry(Set<String> services) {
        return KubernetesStageRegistry.open(Kubes.access(SHARED), services, StageInquiries.open(SHARED.vertx(),
                TlsConfig.off()));
    }

    private StageInstance put() {
        var instance = serving(description());
        opened.put(instance);
        await().untilAsserted(() -> assertThat(opened.snapshot()).containsExactly(shown(instance)));
        return instance;
    }

    @Test
    void aStageThatSaysItGoesIsNotCalledThoughTheClusterHasNotHeard() {
        var instance = put();
        opened.server(instance.id()).describe(description(), false);
        await().untilAsserted(() -> assertThat(opened.snapshot())
                .containsExactly(shown(instance.with(StageState.DRAINING))));
    }

    @Test
    void aStageThatIsGoneIsNotCalledThoughTheClusterHasNotHeard() {
        var instance = put();
        opened.server(instance.id()).close();
        await().untilAsserted(() -> assertThat(opened.snapshot())
                .containsExactly(shown(instance.with(StageState.STOPPED))));
    }

    @Test
    void whatStartsAgainInItsPodIsAskedAgainWhatItIs() {
        var instance = put();
        opened.publish(instance, HandMadeSlices.conditions(false, false, false));
        await().until(() -> opened.snapshot().getFirst().state() == StageState.LOADING);
        assertThat(opened.snapshot().getFirst().description().getVersion()).isEmpty();
        var other = description().toBuilder().setVersion("2.0.0").build();
        opened.server(instance.id()).describe(other, true);
        opened.publish(instance, HandMadeSlices.conditions(true, true, false));
        await().untilAsserted(() -> assertThat(opened.snapshot()).singleElement().satisfies(now -> {
            assertThat(now.state()).isEqualTo(StageState.SERVING);
            assertThat(now.description()).isEqualTo(other);
        }));
    }

    @Test
    void theLastListHoldsWhileTheApiServerIsAway() {
        var instance = put();
        var told = new CopyOnWriteArrayList<List<StageInstance>>();
        StageInstance another;
        try (var _ = opened.watch(told::add)) {
            SHARED.cluster().killApi();
            opened.server(instance.id()).describe(description(), false);
            await().until(() -> opened.snapshot().getFirst().state() == StageState.DRAINING);
            opened.server(instance.id()).describe(description(), true);
            await().until(() -> opened.snapshot().getFirst().state() == StageState.SERVING);
            SHARED.cluster().reviveApi();
            another = serving(description());
            opened.put(another);
            await().untilAsserted(
                    () -> assertThat(opened.snapshot()).containsExactly(shown(instance), shown(another)));
        }
        assertThat(told).allSatisfy(list -> assertThat(list).extracting(StageInstance::id).contains(instance.id()));
    }

    @Test
    void endpointsOfOtherServicesAreNone() {
        var instance = put();
        opened.publish(new StageInstance("other", "database", "", 0, 1, 0, StageState.SERVING, description()),
                HandMadeSlices.conditions(true, true, false));
        var another = serving(description());
        opened.put(another);
        await().untilAsserted(() -> assertThat(opened.snapshot()).containsExactly(shown(instance), shown(another)));
        opened.remove("other");
    }

    @Test
    void podsOfTheClustersOwnSlicesAreFoundByTheServicesNameOrLabel(@TempDir Path folder) throws Exception {
        var manifests = Files.writeString(folder.resolve("pods.yaml"),
                """
                        apiVersion: v1
                        kind: Service
                        metadata: {name: encoder}
                        spec: {clusterIP: None, selector: {app: encoder}, ports: [{name: grpc, port: 7010}, {name: http, port: 7110}]}
                        ---
                        apiVersion: v1
                        kind: Service
                        metadata: {name: canary, labels: {anymesh.io/service: backbone}}
                        spec: {selector: {app: canary}, ports: [{name: grpc, port: 80, targetPort: 7030}]}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: encoder-1, labels: {app: encoder}}
                        spec: {containers: [{name: stage, image: none}]}
                        ---
                        apiVersion: v1
                        kind: Pod
                        metadata: {name: canary-1, labels: {app: canary}}
                        spec: {containers: [{name: stage, image: none}]}
                        """);
        try (var registry = registry(Set.of("encoder", "backbone"))) {
            SHARED.kubectl("apply", "-f", manifests.toString());
            // Ready, but nothing runs in them that could say what it is.
            await().untilAsserted(() -> assertThat(registry.snapshot()).satisfiesExactly(canary -> {
                assertThat(canary).returns("canary-1", StageInstance::id).returns("backbone", StageInstance::service)
                        .returns(7030, StageInstance::grpcPort).returns(0, StageInstance::httpPort);
            }, encoder -> {
                assertThat(encoder).returns("encoder-1", StageInstance::id).returns("encoder", StageInstance::service)
                        .returns(7010, StageInstance::grpcPort).returns(7110, StageInstance::httpPort)
                        .returns(StageState.LOADING, StageInstance::state);
            }));
            SHARED.kubectl("delete", "-f", manifests.toString());
            await().until(() -> registry.snapshot().isEmpty());
        }
    }
}
