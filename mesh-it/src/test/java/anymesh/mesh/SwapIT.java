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
    private static final int REQUESTS = Integer.getInteger("swap.requests", 1_000);
    private static final Duration LONG = Duration.ofMinutes(10);
    private static final String GENERATOR = "generator-image";
    private static final String THREE = GENERATOR + "=toyworld@3.0.0";
    private static final Path KEPT = Python.ROOT.resolve("mesh-it/target");
    /** Two cores that do everything else too say little about times. */
    private static final List<String> SOON = List.of("--hold", "2s", "--steps", "25,100", "--max-p95-ratio", "20",
            "--shadow", "30");

    @TempDir
    private static Path folder;

    private static MeshProcesses mesh;
    private static Path candidates;

    @BeforeAll
    static void start() throws Exception {
        candidates = Files.createDirectory(folder.resolve("candidates"));
        for (var candidate : List.of("good 3.1.0", "perturbed 3.2.0", "wrong-space 3.3.0", "nan 3.5.0", "good 3.4.0")) {
            var kind = candidate.split(" ", 2);
            Python.run("-m", "toyworld.candidates", kind[0], "--of", "models/toyworld/generator-image-3", "--to",
                    candidates.resolve(kind[1]).toString(), "--version", kind[1]);
        }
        var config = Files.createDirectory(folder.resolve("config"));
        Files.writeString(config.resolve(GENERATOR + ".yaml"),
                "stage:\n  bundle: " + Python.ROOT.resolve("models/toyworld/generator-image-3") + "\n");
        mesh = MeshProcesses.start(folder, "--replicas", "gateway=2", "--config", config.toString());
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
        try (var one = new Load("gateway-1", each); var other = new Load("gateway-2", each)) {
            swap("3.1.0");
            awaitState("step");
            mesh.kill(instance("3.1.0"));
            mesh.kill(instance("3.0.0"));
            var controlling = controlling();
            var load = controlling.equals("gateway-1") ? one : other;
            counted.add(load.end());
            mesh.awaitAnother(controlling, mesh.kill(controlling));
            try (var next = new Load(controlling, each)) {
                assertThat(over()).as("another gateway has ended it").isEqualTo("promoted");
                await().atMost(LONG).untilAsserted(() -> assertThat(mesh.instances()).noneMatch(
                        view -> view.stage().equals(GENERATOR) && view.version().equals("3.0.0")));
                swap("3.2.0");
                assertThat(over()).as("one that draws worse").isEqualTo("rolled-back");
                assertThat(last()).startsWith("quality is worse: ");
                swap("3.4.0");
                awaitState("step");
                var back = mesh.run("rollback", "image", "--why", "a test wants it");
                assertThat(back.code()).as(mesh.errors()).isZero();
                assertThat(over()).isEqualTo("rolled-back");
                assertThat(last()).endsWith(" rolls it back: a test wants it");
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
        swap("3.5.0");
        assertThat(over()).as("one whose numbers are none").isEqualTo("refused");
        assertThat(last()).startsWith("it cannot make 'draw a ").endsWith(": generator-image failed");
        swap("3.3.0");
        assertThat(over()).isEqualTo("refused");
        assertThat(last()).contains("toyworld-cond-16x128", "toyworld-cond-16x128-next", "they don't join");
        await().atMost(LONG).untilAsserted(() -> assertThat(mesh.instances())
                .noneMatch(view -> view.version().equals("3.3.0")));
        var noBundle = mesh.run("swap", "image", "--to", "toyworld@9.9.9");
        assertThat(noBundle.code()).isEqualTo(1);
        assertThat(mesh.errors()).contains("generator-image=toyworld@9.9.9 does not run");
    }

    /** Requests of everything at one gateway; see {@code mixed_load.py}. */
    private static final class Load implements AutoCloseable {
        private final MixedLoad load;

        Load(String gateway, int requests) throws IOException, InterruptedException {
            load = MixedLoad.start("http://" + mesh.instance(gateway).http(), requests);
        }

        JsonNode end() throws IOException {
            return load.end();
        }

        @Override
        public void close() {
            load.close();
        }
    }

    private static void swap(String version) throws IOException, InterruptedException {
        var arguments = Stream.concat(Stream.of("swap", "image", "--bundle", candidates.resolve(version).toString(),
                "--why", "a test wants it"), SOON.stream()).toArray(String[]::new);
        var begun = mesh.run(arguments);
        assertThat(begun.code()).as(mesh.errors()).isZero();
        assertThat(begun.out()).contains("for generator-image=toyworld@" + version + ": a test wants it");
    }

    private static JsonNode now() throws IOException, InterruptedException {
        return mesh.control().swap("image");
    }

    private static void awaitState(String state) {
        await().atMost(LONG).ignoreExceptions().until(() -> now().path("state").asText().equals(state));
    }

    private static String over() throws IOException, InterruptedException {
        await().atMost(LONG).ignoreExceptions().until(() -> now().path("routed").asBoolean()
                && List.of("promoted", "rolled-back", "refused").contains(now().path("state").asText()));
        return now().path("state").asText();
    }

    private static String last() throws IOException, InterruptedException {
        var events = now().path("events");
        return events.get(events.size() - 1).path("text").asText();
    }

    private static String instance(String version) throws IOException, InterruptedException {
        return mesh.instances().stream()
                .filter(view -> view.stage().equals(GENERATOR) && view.version().equals(version)).findFirst()
                .orElseThrow().id();
    }

    /** The gateway that took the swap last, by its log. */
    private static String controlling() throws IOException, InterruptedException {
        var id = now().path("id").asText();
        for (var gateway : List.of("gateway-1", "gateway-2")) {
            if (Files.readString(folder.resolve("logs/%s.log".formatted(gateway)))
                    .contains("swap=%s".formatted(id) + " [" + THREE + "] to ")) {
                return gateway;
            }
        }
        throw new AssertionError("nobody controls " + id);
    }

    private static void publish(List<JsonNode> counted) throws IOException {
        var told = new ArrayList<String>();
        for (var gateway : List.of("gateway-1", "gateway-2")) {
            Files.readString(folder.resolve("logs/%s.log".formatted(gateway))).lines()
                    .filter(line -> line.contains("swap=")).map(line -> gateway + " " + line).forEach(told::add);
        }
        counted.stream().map(JsonNode::toPrettyString).forEach(told::add);
        var text = String.join("\n", told);
        Files.writeString(KEPT.resolve("swap.txt"), text + "\n");
        System.out.println(text);
    }
}
