// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The picture generator of a mesh with two gateways is swapped under load, and no caller notices: by one that is as good while
 * the gateway that controls the swap and instances of both releases are killed, by one that draws worse and is rolled back, and by
 * one that is rolled back by hand.
 */
@Timeout(value = 1200, threadMode = ThreadMode.SEPARATE_THREAD)
final class SwapIT {
    private static final int REQUESTS = 1_000;
    private static final String GENERATOR = "generator-image";
    private static final Path KEPT = Python.ROOT.resolve("mesh-it/target");
    /** Two cores that do everything else too say too little about times. */
    private static final List<String> SOON = List.of("--hold", "2s", "--steps", "25,100", "--max-p95-ratio", "20",
            "--shadow", "60", "--golden-share", "50");

    @TempDir
    private static Path folder;

    private static SwapMesh mesh;

    @BeforeAll
    static void start() throws Exception {
        for (var candidate : List.of("good 3.1.0", "perturbed 3.2.0", "wrong-space 3.3.0", "nan 3.5.0", "good 3.4.0")) {
            var kind = candidate.split(" ", 2);
            SwapMesh.candidate(folder, "generator-image", kind[1], kind[0]);
        }
        mesh = SwapMesh.start(folder);
    }

    @AfterAll
    static void end() {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Test
    void noCallerNoticesASwap() throws Exception {
        var counted = new ArrayList<JsonNode>();
        int each = REQUESTS / 3;
        try (var one = load("gateway-1", each); var other = load("gateway-2", each)) {
            mesh.swap("image", "3.1.0", SOON);
            mesh.awaitState("image", "step");
            mesh.processes().kill(mesh.instance(GENERATOR, "3.1.0"));
            mesh.processes().kill(mesh.instance(GENERATOR, "3.0.0"));
            var controlling = mesh.controlling("image");
            var load = controlling.equals("gateway-1") ? one : other;
            counted.add(load.end());
            mesh.processes().awaitAnother(controlling, mesh.processes().kill(controlling));
            try (var next = load(controlling, each)) {
                assertThat(mesh.over("image")).as("another gateway has ended it").isEqualTo("promoted");
                mesh.awaitGone(GENERATOR, "3.0.0");
                mesh.swap("image", "3.2.0", SOON);
                assertThat(mesh.over("image")).as("one that draws worse").isEqualTo("rolled-back");
                assertThat(mesh.last("image")).startsWith("quality is worse: ");
                mesh.swap("image", "3.4.0", SOON);
                mesh.awaitState("image", "step");
                var back = mesh.processes().run("rollback", "image", "--why", "a test wants it");
                assertThat(back.code()).as(mesh.processes().errors()).isZero();
                assertThat(mesh.over("image")).isEqualTo("rolled-back");
                assertThat(mesh.last("image")).endsWith(" rolls it back: a test wants it");
                counted.add(next.end());
            }
            counted.add((load == one ? other : one).end());
        } finally {
            publish(counted);
        }
        assertThat(counted.stream().mapToInt(one -> one.path("asked").asInt()).sum()).isGreaterThanOrEqualTo(REQUESTS);
        assertThat(counted).allSatisfy(one -> assertThat(List.of(one.path("failed").asInt(), one.path("cut").asInt(),
                one.path("mixed").asInt())).as("failed, cut, mixed: %s", one.path("wrong")).containsOnly(0));
        whatFitsNothingIsRefused();
    }

    private static void whatFitsNothingIsRefused() throws Exception {
        mesh.swap("image", "3.5.0", SOON);
        assertThat(mesh.over("image")).as("one whose numbers are none").isEqualTo("refused");
        assertThat(mesh.last("image")).startsWith("it cannot make 'draw a ").endsWith(": generator-image failed");
        mesh.swap("image", "3.3.0", SOON);
        assertThat(mesh.over("image")).isEqualTo("refused");
        assertThat(mesh.last("image")).contains("toyworld-cond-16x128", "toyworld-cond-16x128-next",
                "they don't join");
        mesh.awaitGone(GENERATOR, "3.3.0");
        var noBundle = mesh.processes().run("swap", "image", "--to", "toyworld@9.9.9");
        assertThat(noBundle.code()).isEqualTo(1);
        assertThat(mesh.processes().errors()).contains("generator-image=toyworld@9.9.9 does not run");
    }

    /** Requests of everything at one gateway, of which none is ever answered by one that draws worse. */
    private static MixedLoad load(String gateway, int requests) throws IOException, InterruptedException {
        return mesh.load(gateway, requests, List.of());
    }

    private static void publish(List<JsonNode> counted) throws IOException {
        var told = mesh.told();
        counted.stream().map(JsonNode::toPrettyString).forEach(told::add);
        var text = String.join("\n", told);
        Files.writeString(KEPT.resolve("swap.txt"), text + "\n");
        System.out.println(text);
    }
}
