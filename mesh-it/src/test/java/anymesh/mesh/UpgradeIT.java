// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/**
 * From the last release to this version on a real kubelet, by the manifests and the images of either: a new gateway works with old
 * stages, and an old gateway with new ones, under OpenAI's client and with one instance of everything. A route that the last
 * release wrote is obeyed by all of them.
 */
@Timeout(value = 1200, threadMode = ThreadMode.SEPARATE_THREAD)
final class UpgradeIT {
    private static final int REQUESTS = Integer.getInteger("upgrade.requests", 300);
    private static final String GATEWAY = MeshService.GATEWAY;
    /** Rolled together, as they are the same mechanism. */
    private static final List<List<String>> STAGES = List.of(
            List.of("generator-image", "generator-audio", "generator-video"),
            List.of("backbone"), List.of("input-projector", "output-projector"), List.of("encoder"));
    /** The route {@code model/best} as 0.1.0 wrote it. */
    private static final Path ROUTE = Python.ROOT.resolve("mesh-it/src/test/resources/route-0.1.0.yaml");
    private static final String PROXY = "/api/v1/namespaces/%s/services/gateway:80/proxy"
            .formatted(KubeCluster.NAMESPACE);
    private static final Path REPORT = Python.ROOT.resolve("mesh-it/target/upgrade.txt");

    private final List<String> seen = new ArrayList<>();
    private final long began = System.nanoTime();

    @Test
    void gatewaysAndStagesOfTwoVersionsWorkTogether() throws Exception {
        var last = Release.all().getLast();
        var now = KubeCluster.render("overlays/test");
        var before = KubeCluster.render(Images.build(last).resolve("k8s/overlays/test"));
        Images.build();
        note("images of " + last.version() + " and " + Images.TAG);
        try (var cluster = KubeCluster.startNode()) {
            cluster.load(MeshService.all().stream().map(MeshService::name)
                    .flatMap(service -> Stream.of(Images.name(service, last), Images.name(service))).toList());
            cluster.apply(before).expectSuccess();
            cluster.kubectl("apply", "--server-side", "-f", ROUTE.toString()).expectSuccess();
            try {
                cluster.awaitAvailable();
                note("all of " + last.version());
                theRouteIsObeyed(cluster);
                try (var load = MixedLoad.start(cluster, "http://gateway." + KubeCluster.NAMESPACE, REQUESTS,
                        "--films", "0.25", "--workers", "5")) {
                    note("the load begins");
                    become(cluster, now, GATEWAY);
                    theRouteIsObeyed(cluster);
                    for (var stages : STAGES) {
                        become(cluster, now, stages.toArray(String[]::new));
                    }
                    become(cluster, before, GATEWAY);
                    theRouteIsObeyed(cluster);
                    become(cluster, now, GATEWAY);
                    theRouteIsObeyed(cluster);
                    var counted = load.end();
                    note(counted.toPrettyString());
                    assertThat(counted.path("asked").asInt()).isGreaterThanOrEqualTo(REQUESTS);
                    for (var bad : List.of("failed", "cut", "mixed", "bad")) {
                        assertThat(counted.path(bad).asInt()).as(bad + " of " + counted).isZero();
                    }
                }
                whatIsLeftIsApplied(cluster, now);
            } catch (AssertionError e) {
                note(cluster.evidence());
                throw e;
            }
        } finally {
            Files.write(REPORT, seen);
        }
    }

    /** Applies what a version has for these services, and waits until they are it. */
    private void become(KubeCluster cluster, Manifests version, String... services) throws Exception {
        for (var service : services) {
            cluster.apply(version.ofService(service)).expectSuccess();
        }
        for (var service : services) {
            cluster.awaitRollout(service);
            note("%s: %s".formatted(service,
                    Manifests.container(version.one("Deployment", service)).path("image").asText()));
        }
    }

    private static void theRouteIsObeyed(KubeCluster cluster) throws IOException, InterruptedException {
        var request = Files.createTempFile("request", ".json");
        try {
            Files.writeString(request, """
                    {"model": "best", "messages": [{"role": "user", "content": "hello"}]}""");
            // A gateway that has just begun reads its routes, and finds its stages, while it answers already.
            await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> {
                var models = cluster.kubectl("get", "--raw", PROXY + "/v1/models").expectSuccess();
                assertThat(MeshClient.JSON.readTree(models).path("data").findValuesAsText("id")).contains("best");
                var answer = cluster
                        .kubectl("create", "--raw", PROXY + "/v1/chat/completions", "-f", request.toString())
                        .expectSuccess();
                assertThat(MeshClient.JSON.readTree(answer).path("model").asText()).isEqualTo("best");
            });
        } finally {
            Files.delete(request);
        }
    }

    private static void whatIsLeftIsApplied(KubeCluster cluster, Manifests now) throws Exception {
        cluster.apply(now).expectSuccess();
        cluster.awaitAvailable();
        for (var service : MeshService.all()) {
            var image = cluster.get("deployment", service.name(), "-n", KubeCluster.NAMESPACE)
                    .at("/spec/template/spec/containers/0/image").asText();
            assertThat(image).isEqualTo(Images.name(service.name()));
        }
    }

    private void note(String what) {
        seen.add("%3d s  %s".formatted(Duration.ofNanos(System.nanoTime() - began).toSeconds(), what));
    }
}
