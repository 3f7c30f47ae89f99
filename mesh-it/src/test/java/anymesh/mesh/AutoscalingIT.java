// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The autoscalers of {@code k8s/} follow what they ask for: real controllers, fake pods, and metrics that the test says. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class AutoscalingIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int PORT = 6444;
    private static final String PICTURES = "generator-image";
    private static final String FILMS = "generator-video";

    /** An API of the cluster, served by somebody at an address and not by pods. */
    private static final String API = """
            apiVersion: v1
            kind: Service
            metadata: {name: external-metrics, namespace: kube-system}
            spec: {ports: [{name: https, port: 443, targetPort: %1$d}]}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata: {name: external-metrics, namespace: kube-system, labels: {kubernetes.io/service-name: external-metrics}}
            addressType: IPv4
            ports: [{name: https, port: %1$d, protocol: TCP}]
            endpoints: [{addresses: [%2$s]}]
            ---
            apiVersion: apiregistration.k8s.io/v1
            kind: APIService
            metadata: {name: v1beta1.external.metrics.k8s.io}
            spec: {group: external.metrics.k8s.io, version: v1beta1, groupPriorityMinimum: 100, versionPriority: 100,
                   insecureSkipTLSVerify: true, service: {name: external-metrics, namespace: kube-system, port: 443}}
            """
            .formatted(PORT, KubeCluster.NODE_ADDRESS);

    @TempDir
    private static Path folder;

    private final Map<String, Integer> values = new TreeMap<>();
    private KubeCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = KubeCluster.start();
        MeshService.stages().forEach(stage -> values.put(queueOf(stage.name()), 0));
        values.put("anymesh_gateway_requests_active{service=gateway}", 0);
        say();
        cluster.startInside(folder.resolve("metrics.log"),
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp", System.getProperty("java.class.path"), ExternalMetrics.class.getName(), String.valueOf(PORT),
                cluster.certificates().toString(), folder.resolve("values.json").toString());
        cluster.apply(Manifests.parse(API)).expectSuccess();
        cluster.kubectl("wait", "--for=condition=Available", "--timeout=60s",
                "apiservice/v1beta1.external.metrics.k8s.io")
                .expectSuccess();
        cluster.apply(KubeCluster.render("overlays/test")).expectSuccess();
        await().atMost(SOON).untilAsserted(() -> assertThat(cluster.get("horizontalpodautoscalers", "-n",
                KubeCluster.NAMESPACE).path("items")).hasSize(MeshService.all().size()).allSatisfy(
                        autoscaler -> assertThat(autoscaler.at("/status/conditions").toString())
                                .as(Manifests.name(autoscaler)).contains("ValidMetricFound")));
    }

    @AfterEach
    void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aQueueBringsInstancesAndItsEndTakesThemAway() throws Exception {
        assertThat(wanted()).hasSize(MeshService.all().size()).allSatisfy(
                (service, count) -> assertThat(count).as(service).isEqualTo(1));

        values.put(queueOf(PICTURES), 30); // 8 in front of each: four
        say();
        await().atMost(SOON).untilAsserted(() -> assertThat(wanted()).containsEntry(PICTURES, 4));

        values.put(queueOf(PICTURES), 1_000);
        values.put("anymesh_gateway_requests_active{service=gateway}", 700); // 256 at each: three
        say();
        await().atMost(SOON).untilAsserted(
                () -> assertThat(wanted()).containsEntry(PICTURES, 8).containsEntry(MeshService.GATEWAY, 3));
        assertThat(wanted()).as("the others").containsEntry("encoder", 1).containsEntry(FILMS, 1);

        values.put(queueOf(PICTURES), 0);
        say();
        await().atMost(SOON).untilAsserted(() -> assertThat(wanted()).containsEntry(PICTURES, 1));
    }

    @Test
    void whoSleepsIsNotWokenByItsAutoscaler() throws Exception {
        cluster.kubectl("scale", "--replicas=0", "deployment/" + FILMS, "-n", KubeCluster.NAMESPACE).expectSuccess();
        values.put(queueOf(FILMS), 100);
        say();
        await().atMost(SOON).untilAsserted(() -> assertThat(cluster.get("horizontalpodautoscaler", FILMS, "-n",
                KubeCluster.NAMESPACE).at("/status/conditions").toString()).contains("ScalingDisabled"));
        cluster.apply(KubeCluster.render("overlays/test")).expectSuccess();
        await().during(Duration.ofSeconds(12)).atMost(SOON)
                .untilAsserted(() -> assertThat(wanted()).containsEntry(FILMS, 0));

        // Woken, as by a gateway, it is scaled again.
        cluster.kubectl("scale", "--replicas=1", "deployment/" + FILMS, "-n", KubeCluster.NAMESPACE).expectSuccess();
        await().atMost(SOON).untilAsserted(() -> assertThat(wanted()).containsEntry(FILMS, 8));
    }

    private static String queueOf(String service) {
        return "anymesh_queue_depth{service=%s}".formatted(service);
    }

    private void say() throws Exception {
        var next = folder.resolve("next.json");
        Files.writeString(next, MeshClient.JSON.writeValueAsString(values));
        Files.move(next, folder.resolve("values.json"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** How many instances of each are wanted. */
    private Map<String, Integer> wanted() throws Exception {
        var wanted = new TreeMap<String, Integer>();
        cluster.get("deployments", "-n", KubeCluster.NAMESPACE).path("items").forEach(
                deployment -> wanted.put(Manifests.name(deployment), deployment.at("/spec/replicas").asInt()));
        return wanted;
    }
}
