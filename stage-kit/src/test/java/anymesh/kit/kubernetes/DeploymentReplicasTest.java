// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import anymesh.kit.testing.SharedKube;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class DeploymentReplicasTest {
    @RegisterExtension
    private static final SharedKube SHARED = new SharedKube();

    @TempDir
    private Path folder;
    private DeploymentReplicas replicas;

    @BeforeEach
    void open() throws Exception {
        deploy("backbone", 0, "");
        replicas = DeploymentReplicas.open(Kubes.access(SHARED));
        await().untilAsserted(() -> assertThat(replicas.of("backbone")).hasValue(0));
    }

    @AfterEach
    void close() {
        replicas.close();
        SHARED.kubectl("delete", "deployments", "--all");
    }

    private void deploy(String name, int count, String labels) throws Exception {
        var manifest = Files.writeString(folder.resolve(name + ".yaml"), """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %1$s, labels: {%3$s}}
                spec:
                  replicas: %2$d
                  selector: {matchLabels: {app: %1$s}}
                  template:
                    metadata: {labels: {app: %1$s}}
                    spec: {containers: [{name: stage, image: none}]}
                """.formatted(name, count, labels));
        SHARED.kubectl("apply", "-f", manifest.toString());
    }

    private static String inCluster(String deployment) {
        return SHARED.kubectl("get", "deployment", deployment, "-o", "jsonpath={.spec.replicas}");
    }

    @Test
    void whatTheClusterWantsIsKnownAndEveryChangeIsTold() {
        var heard = new AtomicInteger();
        try (var _ = replicas.watch(heard::incrementAndGet)) {
            SHARED.kubectl("scale", "deployment", "backbone", "--replicas=2");
            await().untilAsserted(() -> assertThat(replicas.of("backbone")).hasValue(2));
            Futures.join(replicas.set("backbone", 3));
            assertThat(inCluster("backbone")).isEqualTo("3");
            await().untilAsserted(() -> assertThat(replicas.of("backbone")).hasValue(3));
            assertThat(heard.get()).as("and not at every change of a status").isEqualTo(2);
        }
        assertThat(replicas.of("encoder")).isEmpty();
        assertThatThrownBy(() -> Futures.join(replicas.set("encoder", 1))).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void onlyWhatSleepsIsWoken() {
        Futures.join(replicas.wake("encoder"));
        Futures.join(replicas.wake("backbone"));
        assertThat(inCluster("backbone")).isEqualTo("1");
        Futures.join(replicas.set("backbone", 3));
        await().untilAsserted(() -> assertThat(replicas.of("backbone")).hasValue(3));
        Futures.join(replicas.wake("backbone"));
        assertThat(inCluster("backbone")).isEqualTo("3");
    }

    @Test
    void ofManyWhoWakeItAtTheSameTimeOneDoes() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor();
                var other = DeploymentReplicas
                        .open(Kubes.access(SHARED))) {
            await().untilAsserted(() -> assertThat(other.of("backbone")).hasValue(0));
            var wakings = Stream.of(replicas, other, replicas, other).map(one -> (Callable<Void>) () -> Futures
                    .join(one.wake("backbone"))).toList();
            for (var waking : threads.invokeAll(wakings)) {
                waking.get();
            }
        }
        assertThat(inCluster("backbone")).isEqualTo("1");
        assertThat(SHARED.kubectl("get", "deployment", "backbone", "-o", "jsonpath={.metadata.generation}"))
                .as("written once").isEqualTo("2");
    }

    @Test
    void aReleaseStandsBesideItsService() throws Exception {
        deploy("backbone-candidate", 0,
                "anymesh.io/service: backbone, anymesh.io/bundle: toyworld, anymesh.io/version: 3.0.0");
        await().untilAsserted(() -> assertThat(replicas.of("backbone/toyworld/3.0.0")).hasValue(0));
        Futures.join(replicas.wake("backbone/toyworld/3.0.0"));
        assertThat(inCluster("backbone-candidate")).isEqualTo("1");
        assertThat(inCluster("backbone")).isEqualTo("0");
    }
}
