// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Where the pods of {@code k8s/} go, and that they leave one after the other: a real scheduler and controllers on fake nodes. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PlacementIT {
    private static final Duration SOON = Duration.ofMinutes(2);
    private static final int REPLICAS = 4;

    private KubeCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = KubeCluster.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void whatNeedsAGpuGoesWhereOneIsAndNothingElseDoes() throws Exception {
        var manifests = KubeCluster.render("overlays/gpu");
        cluster.apply(manifests).expectSuccess();
        awaitReplicas(1);
        var nodes = new TreeMap<String, String>();
        for (var pod : pods()) {
            nodes.put(service(pod), pod.at("/spec/nodeName").asText());
        }
        var withGpu = manifests.of("Deployment").stream()
                .filter(deployment -> Manifests.container(deployment).at("/resources/limits").has("nvidia.com/gpu"))
                .map(Manifests::name).toList();
        assertThat(withGpu).containsExactlyInAnyOrder("backbone", "generator-image", "generator-audio",
                "generator-video");
        assertThat(nodes).hasSize(MeshService.all().size()).allSatisfy((service, node) -> assertThat(node).as(service)
                .startsWith(withGpu.contains(service) ? "gpu-" : "cpu-"));

        // Two nodes with two each are full now.
        cluster.kubectl("scale", "--replicas=2", "deployment/generator-image", "-n", KubeCluster.NAMESPACE)
                .expectSuccess();
        await().atMost(SOON).untilAsserted(() -> assertThat(unscheduled()).anyMatch(
                why -> why.contains("Insufficient nvidia.com/gpu")));
        cluster.kubectl("scale", "--replicas=0", "deployment/generator-image", "-n", KubeCluster.NAMESPACE)
                .expectSuccess();
        await().atMost(SOON).untilAsserted(() -> assertThat(pods()).noneMatch(
                pod -> service(pod).equals("generator-image")));

        // There is room again, but not for who does not tolerate what such a node is marked with.
        var pod = Manifests.pod(manifests.one("Deployment", "generator-image"));
        pod.withObject("/spec").remove("tolerations");
        cluster.apply(new Manifests(List.of(pod))).expectSuccess();
        await().atMost(SOON).untilAsserted(
                () -> assertThat(unscheduled()).singleElement().asString().contains("untolerated taint"));
    }

    @Test
    void productionHasTwoOfEverythingOnDifferentNodes() throws Exception {
        cluster.apply(KubeCluster.render("overlays/production")).expectSuccess();
        // Nobody answers the autoscalers here, but their least number they make so all the same.
        awaitReplicas(2);
        var nodes = new TreeMap<String, TreeSet<String>>();
        for (var pod : pods()) {
            nodes.computeIfAbsent(service(pod), _ -> new TreeSet<>()).add(pod.at("/spec/nodeName").asText());
        }
        assertThat(nodes).hasSize(MeshService.all().size())
                .allSatisfy((service, on) -> assertThat(on).as(service).containsExactly("cpu-1", "cpu-2"));
    }

    @Test
    void aDrainedNodeTakesNoMoreThanOneInstanceOfAServiceAtATime() throws Exception {
        var manifests = KubeCluster.render("overlays/test");
        for (var deployment : manifests.of("Deployment")) {
            deployment.withObject("/spec/template/metadata/annotations").put("anymesh/ready-after", "4s");
        }
        cluster.apply(manifests).expectSuccess();
        cluster.kubectl("scale", "--replicas=" + REPLICAS, "deployment", "--all", "-n", KubeCluster.NAMESPACE)
                .expectSuccess();
        awaitReplicas(REPLICAS);
        assertThat(pods().stream().filter(pod -> pod.at("/spec/nodeName").asText().equals("cpu-1"))
                .collect(Collectors.groupingBy(PlacementIT::service, Collectors.counting())))
                .as("instances on the node").hasSize(MeshService.all().size())
                .allSatisfy((service, count) -> assertThat(count).as(service).isEqualTo(2));

        assertThat(fewestWhileDraining("cpu-1")).hasSize(MeshService.all().size())
                .allSatisfy((service, fewest) -> assertThat(fewest).as(service).isEqualTo(REPLICAS - 1));
        assertThat(pods()).noneMatch(pod -> pod.at("/spec/nodeName").asText().equals("cpu-1"));

        // Without the budgets the same shows fewer, or it would show nothing.
        cluster.kubectl("uncordon", "cpu-1").expectSuccess();
        awaitReplicas(REPLICAS);
        cluster.kubectl("delete", "poddisruptionbudget", "--all", "-n", KubeCluster.NAMESPACE).expectSuccess();
        assertThat(fewestWhileDraining("cpu-2")).allSatisfy(
                (service, fewest) -> assertThat(fewest).as(service).isLessThan(REPLICAS - 1));
    }

    /** Of each service, how many served at least while a node was emptied. */
    private Map<String, Integer> fewestWhileDraining(String node) throws Exception {
        var fewest = new TreeMap<String, Integer>();
        var drain = CompletableFuture.supplyAsync(() -> {
            try {
                return cluster.kubectl("drain", node, "--delete-emptydir-data", "--timeout=120s");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        while (!drain.isDone()) {
            var serving = serving();
            MeshService.all().forEach(service -> fewest.merge(service.name(),
                    serving.getOrDefault(service.name(), 0), Math::min));
        }
        drain.join().expectSuccess();
        return fewest;
    }

    private void awaitReplicas(int wanted) {
        await().atMost(SOON).untilAsserted(() -> assertThat(serving()).hasSize(MeshService.all().size())
                .allSatisfy((service, count) -> assertThat(count).as(service).isEqualTo(wanted)));
    }

    /** Of each service, how many pods are ready and not on their way out. */
    private Map<String, Integer> serving() throws Exception {
        var serving = new HashMap<String, Integer>();
        for (var pod : pods()) {
            boolean isReady = condition(pod, "Ready").path("status").asText().equals("True");
            if (isReady && !pod.path("metadata").has("deletionTimestamp")) {
                serving.merge(service(pod), 1, Integer::sum);
            }
        }
        return serving;
    }

    /** Why pods wait for a node. */
    private List<String> unscheduled() throws Exception {
        return pods().stream().map(pod -> condition(pod, "PodScheduled"))
                .filter(condition -> condition.path("status").asText().equals("False"))
                .map(condition -> condition.path("message").asText()).toList();
    }

    private List<JsonNode> pods() throws Exception {
        return StreamSupport.stream(cluster.get("pods", "-n", KubeCluster.NAMESPACE).path("items").spliterator(), false)
                .toList();
    }

    private static JsonNode condition(JsonNode pod, String type) {
        return StreamSupport.stream(pod.at("/status/conditions").spliterator(), false)
                .filter(condition -> condition.path("type").asText().equals(type)).findFirst()
                .orElse(MeshClient.JSON.missingNode());
    }

    private static String service(JsonNode pod) {
        return pod.at("/metadata/labels").path("app.kubernetes.io/name").asText();
    }
}
