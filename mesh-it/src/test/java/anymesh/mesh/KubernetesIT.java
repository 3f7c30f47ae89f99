// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The manifests and the images on a real kubelet: the mesh comes up from nothing, and OpenAI's client notices neither a rollout nor
 * a pod's death nor a swap, though there is one instance of everything. One of each mechanism is rolled (a generator, the backbone, a gateway);
 * {@code -Dkubernetes.all=true} rolls all eight.
 */
@Timeout(value = 1200, threadMode = ThreadMode.SEPARATE_THREAD)
final class KubernetesIT {
    private static final Duration LONG = Duration.ofMinutes(3);
    private static final int REQUESTS = Integer.getInteger("kubernetes.requests", 500);
    private static final String URL = "http://gateway." + KubeCluster.NAMESPACE;
    private static final List<String> ALL = MeshService.all().stream().map(MeshService::name).toList();
    private static final List<String> ROLLED = Boolean.getBoolean("kubernetes.all")
            ? ALL
            : List.of("generator-image", "backbone", "gateway");
    /** Of the whole machine; a kubelet likes to change it. */
    private static final Path OVERCOMMIT = Path.of("/proc/sys/vm/overcommit_memory");
    private static final Path REPORT = Python.ROOT.resolve("mesh-it/target/kubernetes.txt");

    private static final String GENERATOR = "generator-image";
    private static final String CANDIDATE = GENERATOR + "=toyworld@3.1.0";

    private final List<String> seen = new ArrayList<>();

    @Test
    void nobodyNoticesRolloutsDeathsAndSwaps(@TempDir Path folder) throws Exception {
        Images.build();
        var candidate = Images.build(GENERATOR, SwapMesh.candidate(folder, GENERATOR, "3.1.0", "good"), "3.1.0");
        var before = Files.readString(OVERCOMMIT);
        try (var cluster = KubeCluster.startNode()) {
            cluster.load(Stream.concat(ALL.stream().map(Images::name), Stream.of(candidate)).toList());
            long began = System.nanoTime();
            cluster.apply(KubeCluster.render("overlays/test")).expectSuccess();
            try {
                cluster.awaitAvailable();
                seen.add("from kubectl apply to all pods ready: %d s".formatted(since(began)));
                noPodRunsAsRootOrCanWriteItsRoot(cluster);
                try (var load = MixedLoad.start(cluster, URL, REQUESTS)) {
                    for (var service : ROLLED) {
                        roll(cluster, service);
                    }
                    aPodDies(cluster, GENERATOR);
                    anEvictionWaitsForTheBudget(cluster, "output-projector");
                    aSwapAndItsWayBack(cluster, candidate);
                    var counted = load.end();
                    seen.add(counted.toPrettyString());
                    assertThat(counted.path("asked").asInt()).isGreaterThanOrEqualTo(REQUESTS);
                    for (var bad : List.of("failed", "cut", "mixed", "bad")) {
                        assertThat(counted.path(bad).asInt()).as(bad + " of " + counted).isZero();
                    }
                }
            } catch (AssertionError e) {
                seen.add(cluster.evidence());
                throw e;
            }
        } finally {
            Files.write(REPORT, seen);
        }
        assertThat(Files.readString(OVERCOMMIT)).as("the machine's own settings").isEqualTo(before);
    }

    private static void noPodRunsAsRootOrCanWriteItsRoot(KubeCluster cluster) throws Exception {
        for (var service : ALL) {
            var tried = cluster.kubectl("exec", "-n", KubeCluster.NAMESPACE, "deployment/" + service, "--", "bash",
                    "-c",
                    "id -u; touch /opt/written || echo refused");
            assertThat(tried.expectSuccess()).as(service).isEqualTo("65532\nrefused\n");
        }
    }

    private void roll(KubeCluster cluster, String service) throws Exception {
        long began = System.nanoTime();
        cluster.kubectl("rollout", "restart", "-n", KubeCluster.NAMESPACE, "deployment/" + service).expectSuccess();
        cluster.awaitRollout(service);
        seen.add("%s rolled in %d s".formatted(service, since(began)));
    }

    /** At once, as when its node is gone. */
    private void aPodDies(KubeCluster cluster, String service) throws Exception {
        var pod = running(cluster, service).getFirst();
        cluster.kubectl("delete", "pod", "-n", KubeCluster.NAMESPACE, pod, "--force", "--grace-period=0")
                .expectSuccess();
        long began = System.nanoTime();
        await().atMost(LONG).until(() -> running(cluster, service).stream().anyMatch(other -> !other.equals(pod)));
        seen.add("%s killed, the next one is ready after %d s".formatted(service, since(began)));
    }

    /** Of two instances one may go; the second has to wait until another one serves. */
    private void anEvictionWaitsForTheBudget(KubeCluster cluster, String service) throws Exception {
        cluster.kubectl("scale", "-n", KubeCluster.NAMESPACE, "--replicas=2", "deployment/" + service).expectSuccess();
        await().atMost(LONG).until(() -> running(cluster, service).size() == 2);
        var pods = running(cluster, service);
        assertThat(evict(cluster, pods.getFirst()).code()).isZero();
        var second = evict(cluster, pods.getLast());
        assertThat(second.code()).isNotZero();
        assertThat(second.err()).contains("Cannot evict pod as it would violate the pod's disruption budget");
        seen.add("of two of %s one is evicted, the other one not: %s".formatted(service, second.err().strip()));
    }

    /** The one that takes over is as good as the other one, and so are its answers. */
    private void aSwapAndItsWayBack(KubeCluster cluster, String image) throws Exception {
        long began = System.nanoTime();
        var wrong = cluster.anymesh("start", GENERATOR, "--image", Images.name("generator-audio"));
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("does not start: ", "models/toyworld/generator-image");
        var swap = cluster.anymesh("swap", "image", "--image", image, "--to", "toyworld@3.1.0", "--hold", "2s",
                "--steps", "25,100", "--max-p95-ratio", "20", "--shadow", "60", "--golden-share", "50", "--why",
                "a test wants it", "--follow");
        assertThat(swap.code()).as(swap.out() + swap.err()).isZero();
        await().atMost(LONG).until(() -> pods(cluster).stream().map(pod -> pod.path("bundle").asText() + "@"
                + pod.path("version").asText()).toList(), List.of("toyworld@3.1.0")::equals);
        assertThat(replicas(cluster, GENERATOR)).as("what the manifests have sleeps").isZero();
        seen.add("swapped in %d s".formatted(since(began)));
        began = System.nanoTime();
        assertThat(cluster.anymesh("rollback", "image", "--why", "a test wants it").expectSuccess())
                .contains("rolls it back: a test wants it");
        seen.add("back in %d s".formatted(since(began)));
        await().atMost(LONG).until(() -> pods(cluster).stream().map(pod -> pod.path("version").asText()).toList(),
                List.of("3.0.0")::equals);
        cluster.anymesh("stop", CANDIDATE).expectSuccess();
        assertThat(cluster.get("deployments", "-n", KubeCluster.NAMESPACE, "-l", "anymesh.io/candidate").path("items"))
                .as("candidates").isEmpty();
    }

    /** Instances of the generator that is swapped, as a command shows them. */
    private static List<JsonNode> pods(KubeCluster cluster) throws IOException, InterruptedException {
        var status = MeshClient.JSON.readTree(cluster.anymesh("status", "--json").expectSuccess());
        return StreamSupport.stream(status.path("instances").spliterator(), false)
                .filter(instance -> instance.path("stage").asText().equals(GENERATOR)).toList();
    }

    private static int replicas(KubeCluster cluster, String deployment) throws IOException, InterruptedException {
        return cluster.get("deployment", deployment, "-n", KubeCluster.NAMESPACE).at("/spec/replicas").asInt();
    }

    private static KubeCluster.Ended evict(KubeCluster cluster, String pod) throws IOException, InterruptedException {
        var eviction = """
                {"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"%s","namespace":"%s"}}"""
                .formatted(pod, KubeCluster.NAMESPACE);
        var file = Files.createTempFile("eviction", ".json");
        try {
            Files.writeString(file, eviction);
            return cluster.kubectl("create", "--raw",
                    "/api/v1/namespaces/%s/pods/%s/eviction".formatted(KubeCluster.NAMESPACE, pod), "-f",
                    file.toString());
        } finally {
            Files.delete(file);
        }
    }

    /** The names of a service's pods that are ready and not about to go. */
    private static List<String> running(KubeCluster cluster, String service) throws IOException, InterruptedException {
        var pods = cluster.get("pods", "-n", KubeCluster.NAMESPACE, "-l", "app.kubernetes.io/name=" + service)
                .path("items");
        return StreamSupport.stream(pods.spliterator(), false)
                .filter(pod -> pod.at("/metadata/deletionTimestamp").isMissingNode() && isReady(pod))
                .map(pod -> pod.at("/metadata/name").asText()).toList();
    }

    private static boolean isReady(JsonNode pod) {
        return StreamSupport.stream(pod.at("/status/conditions").spliterator(), false)
                .anyMatch(condition -> condition.path("type").asText().equals("Ready")
                        && condition.path("status").asText().equals("True"));
    }

    private static long since(long began) {
        return Duration.ofNanos(System.nanoTime() - began).toSeconds();
    }
}
