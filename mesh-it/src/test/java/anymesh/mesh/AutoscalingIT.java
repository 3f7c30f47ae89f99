// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The autoscalers of {@code k8s/} follow what they ask for: real controllers, fake pods, and metrics that the test says; one cluster, as starting takes longest. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AutoscalingIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final String PICTURES = "generator-image";
    private static final String FILMS = "generator-video";

    @TempDir
    private static Path folder;

    private static KubeCluster cluster;
    private static AutoscalerMetrics metrics;

    @BeforeAll
    static void start() throws Exception {
        cluster = KubeCluster.start();
        metrics = AutoscalerMetrics.start(cluster, folder);
        cluster.apply(KubeCluster.render("overlays/test")).expectSuccess();
        await().atMost(SOON).untilAsserted(() -> assertThat(cluster.get("horizontalpodautoscalers", "-n",
                KubeCluster.NAMESPACE).path("items")).hasSize(MeshService.all().size()).allSatisfy(
                        autoscaler -> assertThat(autoscaler.at("/status/conditions").toString())
                                .as(Manifests.name(autoscaler)).contains("ValidMetricFound")));
    }

    @AfterAll
    static void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    @Order(1)
    void aQueueBringsInstancesAndItsEndTakesThemAway() throws Exception {
        assertThat(wanted()).hasSize(MeshService.all().size()).allSatisfy(
                (service, count) -> assertThat(count).as(service).isEqualTo(1));

        metrics.queue(PICTURES, 30); // 8 in front of each: four
        await().atMost(SOON).untilAsserted(() -> assertThat(wanted()).containsEntry(PICTURES, 4));

        metrics.queue(PICTURES, 1_000);
        metrics.active(700); // 256 at each: three
        await().atMost(SOON).untilAsserted(
                () -> assertThat(wanted()).containsEntry(PICTURES, 8).containsEntry(MeshService.GATEWAY, 3));
        assertThat(wanted()).as("the others").containsEntry("encoder", 1).containsEntry(FILMS, 1);

        metrics.queue(PICTURES, 0);
        await().atMost(SOON).untilAsserted(() -> assertThat(wanted()).containsEntry(PICTURES, 1));
    }

    @Test
    @Order(2)
    void whoSleepsIsNotWokenByItsAutoscaler() throws Exception {
        cluster.kubectl("scale", "--replicas=0", "deployment/" + FILMS, "-n", KubeCluster.NAMESPACE).expectSuccess();
        metrics.queue(FILMS, 100);
        await().atMost(SOON).untilAsserted(() -> assertThat(cluster.get("horizontalpodautoscaler", FILMS, "-n",
                KubeCluster.NAMESPACE).at("/status/conditions").toString()).contains("ScalingDisabled"));
        cluster.apply(KubeCluster.render("overlays/test")).expectSuccess();
        await().during(Duration.ofSeconds(12)).atMost(SOON)
                .untilAsserted(() -> assertThat(wanted()).containsEntry(FILMS, 0));

        // Woken, as by a gateway, it is scaled again.
        cluster.kubectl("scale", "--replicas=1", "deployment/" + FILMS, "-n", KubeCluster.NAMESPACE).expectSuccess();
        await().atMost(SOON).untilAsserted(() -> assertThat(wanted()).containsEntry(FILMS, 8));
    }

    /** How many instances of each are wanted. */
    private Map<String, Integer> wanted() throws Exception {
        var wanted = new TreeMap<String, Integer>();
        cluster.get("deployments", "-n", KubeCluster.NAMESPACE).path("items").forEach(
                deployment -> wanted.put(Manifests.name(deployment), deployment.at("/spec/replicas").asInt()));
        return wanted;
    }
}
