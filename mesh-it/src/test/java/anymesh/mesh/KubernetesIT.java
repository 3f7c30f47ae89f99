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
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The manifests and the images on a real kubelet: the mesh comes up from nothing, and OpenAI's client notices neither a rollout nor
 * a pod's death nor a swap, though there is one instance of everything; and an autoscaler follows the queue. One of each mechanism is
 * rolled (a generator, the backbone, a gateway); {@code -Dkubernetes.all=true} rolls all eight.
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
    private static final String SOUNDS = "generator-audio";
    private static final int SOUNDS_HTTP = 7151;
    /** Of sounds eight are made at once, so sixteen wait: as many as two instances are wanted for. */
    private static final int CALLERS = 24;
    private static final String CANDIDATE = GENERATOR + "=toyworld@3.1.0";

    private static final List<String> SEEN = new ArrayList<>();

    @TempDir
    private static Path folder;

    private static KubeCluster cluster;
    private static String candidate;
    private static String overcommit;

    @BeforeAll
    static void start() throws Exception {
        Images.build();
        candidate = Images.build(GENERATOR, SwapMesh.candidate(folder, GENERATOR, "3.1.0", "good"), "3.1.0");
        overcommit = Files.readString(OVERCOMMIT);
        cluster = KubeCluster.startNode();
        cluster.load(Stream.concat(ALL.stream().map(Images::name), Stream.of(candidate)).toList());
        long began = System.nanoTime();
        cluster.apply(KubeCluster.render("overlays/test")).expectSuccess();
        try {
            cluster.awaitAvailable();
        } catch (AssertionError e) {
            SEEN.add(cluster.evidence());
            tell();
            throw e;
        }
        SEEN.add("from kubectl apply to all pods available: %d s".formatted(since(began)));
    }

    @AfterAll
    static void end() throws Exception {
        if (cluster != null) {
            cluster.close();
            assertThat(Files.readString(OVERCOMMIT)).as("the machine's own settings").isEqualTo(overcommit);
        }
    }

    @AfterAll
    static void tell() throws IOException {
        Files.write(REPORT, SEEN);
    }

    @Test
    void noPodRunsAsRootOrCanWriteItsRoot() throws Exception {
        for (var service : ALL) {
            var tried = cluster.kubectl("exec", "-n", KubeCluster.NAMESPACE, "deployment/" + service, "--", "bash",
                    "-c", "id -u; touch /opt/written || echo refused");
            assertThat(tried.expectSuccess()).as(service).isEqualTo("65532\nrefused\n");
        }
    }

    @Test
    void nobodyNoticesRolloutsDeathsAndSwaps() throws Exception {
        try (var load = MixedLoad.start(cluster, URL, REQUESTS, "--films", "0.25", "--pictures", "3",
                "--workers", "5")) {
            for (var service : ROLLED) {
                roll(service);
            }
            aPodDies(GENERATOR);
            anEvictionWaitsForTheBudget("output-projector");
            aSwapAndItsWayBack();
            var counted = load.end();
            SEEN.add(counted.toPrettyString());
            assertThat(counted.path("asked").asInt()).isGreaterThanOrEqualTo(REQUESTS);
            for (var bad : List.of("failed", "cut", "mixed", "bad")) {
                assertThat(counted.path(bad).asInt()).as(bad + " of " + counted).isZero();
            }
        } catch (AssertionError e) {
            SEEN.add(cluster.evidence());
            throw e;
        }
    }

    private void roll(String service) throws Exception {
        long began = System.nanoTime();
        cluster.kubectl("rollout", "restart", "-n", KubeCluster.NAMESPACE, "deployment/" + service).expectSuccess();
        cluster.awaitRollout(service);
        SEEN.add("%s rolled in %d s".formatted(service, since(began)));
    }

    /** At once, as when its node is gone. */
    private void aPodDies(String service) throws Exception {
        var pod = running(service).getFirst();
        cluster.kubectl("delete", "pod", "-n", KubeCluster.NAMESPACE, pod, "--force", "--grace-period=0")
                .expectSuccess();
        long began = System.nanoTime();
        await().atMost(LONG).until(() -> running(service).stream().anyMatch(other -> !other.equals(pod)));
        SEEN.add("%s killed, the next one is ready after %d s".formatted(service, since(began)));
    }

    /** Of two instances one may go; the second has to wait until another one serves. */
    private void anEvictionWaitsForTheBudget(String service) throws Exception {
        cluster.kubectl("scale", "-n", KubeCluster.NAMESPACE, "--replicas=2", "deployment/" + service).expectSuccess();
        await().atMost(LONG).until(() -> running(service).size() == 2);
        var pods = running(service);
        assertThat(evict(pods.getFirst()).code()).isZero();
        var second = evict(pods.getLast());
        assertThat(second.code()).isNotZero();
        assertThat(second.err()).contains("Cannot evict pod as it would violate the pod's disruption budget");
        SEEN.add("of two of %s one is evicted, the other one not: %s".formatted(service, second.err().strip()));
    }

    /** The one that takes over is as good as the other one, and so are its answers. */
    private void aSwapAndItsWayBack() throws Exception {
        long began = System.nanoTime();
        var wrong = cluster.anymesh("start", GENERATOR, "--image", Images.name("generator-audio"));
        assertThat(wrong.code()).isEqualTo(1);
        assertThat(wrong.err()).contains("does not start: ", "models/toyworld/generator-image");
        var swap = cluster.anymesh("swap", "image", "--image", candidate, "--to", "toyworld@3.1.0", "--hold", "2s",
                "--steps", "100", "--max-p95-ratio", "20", "--shadow", "60", "--golden-share", "50", "--why",
                "a test wants it", "--follow");
        assertThat(swap.code()).as(swap.out() + swap.err()).isZero();
        await().atMost(LONG).until(() -> pods().stream().map(pod -> pod.path("bundle").asText() + "@"
                + pod.path("version").asText()).toList(), List.of("toyworld@3.1.0")::equals);
        assertThat(replicas(GENERATOR)).as("what the manifests have sleeps").isZero();
        SEEN.add("swapped in %d s".formatted(since(began)));
        began = System.nanoTime();
        assertThat(cluster.anymesh("rollback", "image", "--why", "a test wants it").expectSuccess())
                .contains("rolls it back: a test wants it");
        SEEN.add("back in %d s".formatted(since(began)));
        await().atMost(LONG).until(() -> pods().stream().map(pod -> pod.path("version").asText()).toList(),
                List.of("3.0.0")::equals);
        cluster.anymesh("stop", CANDIDATE).expectSuccess();
        assertThat(cluster.get("deployments", "-n", KubeCluster.NAMESPACE, "-l", "anymesh.io/candidate").path("items"))
                .as("candidates").isEmpty();
    }

    /** Queues of real instances told to real controllers; in a cluster Prometheus and an adapter carry the numbers. */
    @Test
    void anAutoscalerFollowsTheQueue() throws Exception {
        var load = cluster.inside(Python.command(
                Python.ROOT.resolve("mesh-it/src/test/python/sounds.py").toString(), URL, String.valueOf(CALLERS)))
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (var metrics = AutoscalerMetrics.start(cluster, folder);
                var lines = load.inputReader();
                var carrier = Executors.newSingleThreadScheduledExecutor()) {
            assertThat(lines.readLine()).isEqualTo("begun");
            var _ = carrier.scheduleWithFixedDelay(() -> carry(metrics), 0, 2, TimeUnit.SECONDS);
            long began = System.nanoTime();
            await().atMost(LONG).until(() -> running(SOUNDS).size() >= 2);
            SEEN.add("%d callers of sounds have a second instance after %d s".formatted(CALLERS, since(began)));
            load.getOutputStream().close();
            var counted = MeshClient.JSON.readTree(lines.readLine());
            assertThat(counted.path("failed").asInt()).as(counted.toString()).isZero();
            began = System.nanoTime();
            await().atMost(LONG).until(() -> replicas(SOUNDS) == 1 && running(SOUNDS).size() == 1);
            SEEN.add("and it is gone %d s after the last of %d sounds".formatted(since(began),
                    counted.path("asked").asInt()));
            carrier.shutdownNow();
        } finally {
            load.destroyForcibly();
        }
    }

    private static void carry(AutoscalerMetrics metrics) {
        try {
            double depth = 0;
            for (var pod : running(SOUNDS)) {
                var scraped = cluster.kubectl("get", "--raw", "/api/v1/namespaces/%s/pods/%s:%d/proxy/metrics"
                        .formatted(KubeCluster.NAMESPACE, pod, SOUNDS_HTTP));
                depth += scraped.out().lines().filter(line -> line.startsWith("anymesh_queue_depth{"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ')))).sum();
            }
            metrics.queue(SOUNDS, (int) depth);
        } catch (IOException | RuntimeException | AssertionError e) {
            System.out.println("the queue is not told this time: " + e); // a pod that goes while it is asked
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Instances of the generator that is swapped, as a command shows them. */
    private static List<JsonNode> pods() throws IOException, InterruptedException {
        var status = MeshClient.JSON.readTree(cluster.anymesh("status", "--json").expectSuccess());
        return StreamSupport.stream(status.path("instances").spliterator(), false)
                .filter(instance -> instance.path("stage").asText().equals(GENERATOR)).toList();
    }

    private static int replicas(String deployment) throws IOException, InterruptedException {
        return cluster.get("deployment", deployment, "-n", KubeCluster.NAMESPACE).at("/spec/replicas").asInt();
    }

    private static KubeCluster.Ended evict(String pod) throws IOException, InterruptedException {
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
    private static List<String> running(String service) throws IOException, InterruptedException {
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
