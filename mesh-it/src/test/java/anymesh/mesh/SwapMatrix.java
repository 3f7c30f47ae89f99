// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The long proof of swaps: {@code bench/run swap}. Under full load every kind of bad release goes back, good ones are promoted
 * while Consul, instances and the controlling gateway are killed; at a fixed rate a swap is hardly felt; a film outlasts the
 * release that makes it.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = ThreadMode.SEPARATE_THREAD)
final class SwapMatrix {
    private static final int REQUESTS = Integer.getInteger("swap.requests", 10_000);
    private static final String GENERATOR = "generator-image";
    private static final Path KEPT = Python.ROOT.resolve("mesh-it/target");
    private static final Path TABLE = KEPT.resolve("swap-matrix.txt");
    /** Two cores that do everything else too say too little about times. */
    private static final List<String> FULL = List.of("--hold", "5s", "--steps", "25,100", "--max-p95-ratio", "20",
            "--shadow", "60", "--golden-share", "50");

    @TempDir
    private static Path folder;

    /** Bad releases, and what they are. Those of a share are good on the golden prompts. */
    private static Map<String, List<String>> bad() throws IOException {
        var bad = new LinkedHashMap<String, List<String>>();
        bad.put("4.0.0", List.of("perturbed"));
        bad.put("4.1.0", List.of("black"));
        bad.put("4.2.0", elsewhere("sometimes-wrong"));
        bad.put("4.3.0", elsewhere("nan"));
        bad.put("4.4.0", elsewhere("failing"));
        bad.put("4.5.0", elsewhere("crashing"));
        bad.put("4.6.0", elsewhere("hungry", "--megabytes", "1000000"));
        return bad;
    }

    /** For two of five captions, but none of those that the golden prompts ask for. */
    private static List<String> elsewhere(String... kind) throws IOException {
        var golden = Files.readAllLines(Python.ROOT.resolve("models/golden/image.txt"));
        var captions = Files.write(folder.resolve("captions.txt"),
                golden.stream().map(line -> line.replaceFirst("^draw ", "")).toList());
        return Stream.concat(Stream.of(kind), Stream.of("--good-on", captions.toString(), "--share", "0.4")).toList();
    }

    @Test
    void underFullLoadEveryBadReleaseGoesBackAndNoRequestIsLost() throws Exception {
        var here = Files.createDirectory(folder.resolve("full"));
        var kinds = bad();
        for (var kind : kinds.entrySet()) {
            SwapMesh.candidate(here, GENERATOR, kind.getKey(), kind.getValue().toArray(String[]::new));
        }
        for (var good : List.of("3.1.0", "3.2.0", "3.3.0")) {
            SwapMesh.candidate(here, GENERATOR, good, "good");
        }
        var counted = new ArrayList<JsonNode>();
        var rows = new ArrayList<Row>();
        var bad = List.copyOf(kinds.keySet());
        try (var mesh = SwapMesh.start(here);
                var one = mesh.load("gateway-1", REQUESTS / 3, bad);
                var other = mesh.load("gateway-2", REQUESTS / 3, bad)) {
            try {
                mesh.swap("image", "3.1.0", FULL);
                mesh.awaitState("image", "shadow");
                mesh.processes().awaitAnother("consul", mesh.processes().kill("consul"));
                mesh.awaitState("image", "step");
                mesh.processes().kill(mesh.instance(GENERATOR, "3.1.0"));
                mesh.processes().kill(mesh.instance(GENERATOR, "3.0.0"));
                rows.add(row(mesh, "good; Consul and an instance of either killed", "promoted"));
                mesh.awaitGone(GENERATOR, "3.0.0");
                for (var kind : kinds.entrySet()) {
                    mesh.swap("image", kind.getKey(), FULL);
                    rows.add(row(mesh, kind.getValue().getFirst(), "rolled-back"));
                    mesh.awaitGone(GENERATOR, kind.getKey());
                }
                mesh.swap("image", "3.2.0", FULL);
                mesh.awaitState("image", "step");
                assertThat(mesh.processes().run("rollback", "image", "--why", "a test wants it").code()).isZero();
                rows.add(row(mesh, "good, back by hand", "rolled-back"));
                mesh.swap("image", "3.3.0", FULL);
                mesh.awaitState("image", "step");
                var controlling = mesh.controlling("image");
                var load = controlling.equals("gateway-1") ? one : other;
                counted.add(load.end());
                mesh.processes().awaitAnother(controlling, mesh.processes().kill(controlling));
                try (var next = mesh.load(controlling, REQUESTS / 3, bad)) {
                    rows.add(row(mesh, "good; the controlling gateway killed", "promoted"));
                    counted.add(next.end());
                }
                counted.add((load == one ? other : one).end());
            } finally {
                publish(mesh, rows, counted);
                Evidence.keep(here.resolve("logs"), KEPT.resolve("swap-logs"), List.of());
            }
        }
        assertThat(rows).as("how swaps ended")
                .allSatisfy(row -> assertThat(row.isAsExpected()).as(row.toString()).isTrue());
        assertThat(sum(counted, "asked")).isGreaterThanOrEqualTo(REQUESTS);
        assertThat(counted).allSatisfy(each -> assertThat(List.of(each.path("failed").asInt(),
                each.path("cut").asInt(), each.path("mixed").asInt())).as("failed, cut, mixed: %s", each.path("wrong"))
                .containsOnly(0));
    }

    /** How one swap ended. */
    private record Row(String what, String release, String ended, String expected, long seconds, String why) {
        boolean isAsExpected() {
            return ended.equals(expected);
        }

        /** A line of the table; {@code drawn}: how many answers had pictures of it. */
        String line(long drawn) {
            return "| %s | %s | %s | %d s | %d | %s |".formatted(what, release, ended, seconds, drawn, why);
        }
    }

    /** Once the swap is over. */
    private static Row row(SwapMesh mesh, String what, String expected) throws Exception {
        var ended = mesh.over("image");
        var now = mesh.now("image");
        var serves = Instant.EPOCH;
        for (var event : now.path("events")) {
            if (event.path("text").asText().startsWith("it serves")) {
                serves = Instant.parse(event.path("at").asText());
            }
        }
        var last = now.path("events").get(now.path("events").size() - 1);
        var row = new Row(what, now.path("candidate").path(0).asText().replaceFirst(".*@", ""), ended, expected,
                Duration.between(serves, Instant.parse(last.path("at").asText())).toSeconds(),
                last.path("text").asText());
        System.out.println(row);
        return row;
    }

    private static void publish(SwapMesh mesh, List<Row> rows, List<JsonNode> counted) throws IOException {
        mesh.told().forEach(SwapMatrix::tell);
        tell("");
        tell("| what | version | ended | after it served | answers with its pictures | why |\n|---|---|---|---|---|---|");
        rows.forEach(row -> tell(row.line(counted.stream()
                .mapToLong(one -> one.path("drawn").path(row.release()).asLong()).sum())));
        counted.stream().map(JsonNode::toPrettyString).forEach(SwapMatrix::tell);
        tell("asked %d, streamed %d, failed %d, cut %d, mixed %d, of bad releases and other than alone %d".formatted(
                sum(counted, "asked"), sum(counted, "streamed"), sum(counted, "failed"), sum(counted, "cut"),
                sum(counted, "mixed"), sum(counted, "bad")));
    }

    private static int sum(List<JsonNode> counted, String what) {
        return counted.stream().mapToInt(one -> one.path(what).asInt()).sum();
    }

    @Test
    void atAFixedRateASwapIsHardlyFeltAndASlowReleaseGoesBack() throws Exception {
        var here = Files.createDirectory(folder.resolve("steady"));
        SwapMesh.candidate(here, GENERATOR, "3.1.0", "good");
        SwapMesh.candidate(here, GENERATOR, "4.7.0", "slow");
        var options = List.of("--hold", "10s", "--steps", "25,100");
        try (var mesh = SwapMesh.start(here);
                var load = SteadyLoad.start(0.4, List.of("http://" + mesh.processes().instance("gateway-1").http(),
                        "http://" + mesh.processes().instance("gateway-2").http()))) {
            var steady = Instant.now();
            TimeUnit.MINUTES.sleep(3);
            var begun = Instant.now();
            mesh.swap("image", "3.1.0", options);
            mesh.awaitState("image", "warm", "shadow");
            var serves = Instant.now();
            assertThat(mesh.over("image")).as(mesh.now("image").toPrettyString()).isEqualTo("promoted");
            var promoted = Instant.now();
            mesh.awaitGone(GENERATOR, "3.0.0");
            mesh.swap("image", "4.7.0", options);
            var slow = row(mesh, "slow (four times the U-Net), at a fixed rate", "rolled-back");
            var asked = load.end();
            mesh.told().forEach(SwapMatrix::tell);
            tell(slow.line(0));
            tell("at 40 %% of %.1f requests a second, through a good swap of %d s:".formatted(load.capacity(),
                    Duration.between(begun, promoted).toSeconds()));
            tell("| answers with | requests before | p95 | requests in the swap | p95 | ratio |\n|---|---|---|---|---|---|");
            var ratios = new HashMap<String, Double>();
            for (var kind : List.of("text", "image", "audio", "video")) {
                double before = asked.p95(kind, steady, begun);
                double during = asked.p95(kind, serves, promoted);
                ratios.put(kind, during / before);
                tell(String.format(Locale.ROOT, "| %s | %d | %.0f ms | %d | %.0f ms | %.2f |", kind,
                        asked.count(kind, steady, begun), before * 1000, asked.count(kind, serves, promoted),
                        during * 1000, during / before));
            }
            assertThat(ratios).allSatisfy((kind, ratio) -> assertThat(ratio).as(kind).isLessThanOrEqualTo(1.5));
            assertThat(asked.failed()).isEmpty();
            assertThat(slow.isAsExpected()).as(slow.toString()).isTrue();
        }
    }

    /** What was asked, and when. */
    private record Asked(Instant began, Instant ended, MeshClient.Reply reply) {}

    /** One whose pictures take a minute stands for those that make films of minutes. */
    @Test
    void whatIsBeingMadeOutlastsTheReleaseThatMakesIt() throws Exception {
        var here = Files.createDirectory(folder.resolve("last"));
        var old = SwapMesh.candidate(here, "generator-image-2.0.0", "2.9.0", "slow", "--factor", "8", "--pipeline", """
                {"num_inference_steps": 2, "max_inference_steps": 1000, "guidance_scale": 1.0}""");
        SwapMesh.candidate(here, GENERATOR, "3.1.0", "good");
        var isOver = new AtomicBoolean();
        try (var mesh = SwapMesh.start(here, GENERATOR + "=" + old);
                var client = new MeshClient(mesh.processes().url())) {
            var chains = Stream.of(1, 2).map(_ -> CompletableFuture.supplyAsync(() -> oneAfterAnother(client, isOver)))
                    .toList();
            mesh.swap("image", "3.1.0", List.of("--hold", "2s", "--steps", "50,100"));
            assertThat(mesh.over("image")).as(mesh.now("image").toPrettyString()).isEqualTo("promoted");
            isOver.set(true);
            var events = mesh.now("image").path("events");
            var promoted = Instant.parse(events.get(events.size() - 1).path("at").asText());
            var before = chains.stream().flatMap(chain -> chain.join().stream())
                    .filter(asked -> asked.began().isBefore(promoted)).toList();
            for (var asked : before) {
                tell("pictures asked for %d s before the promotion came %d s after it: %d".formatted(
                        Duration.between(asked.began(), promoted).toSeconds(),
                        Duration.between(promoted, asked.ended()).toSeconds(), asked.reply().status()));
            }
            assertThat(before).allSatisfy(asked -> {
                assertThat(asked.reply().status()).as(asked.reply().body().toString()).isEqualTo(200);
                assertThat(asked.reply().body().path("usage").path("stages").toString())
                        .contains("\"version\":\"2.9.0\"").doesNotContain("\"version\":\"3.1.0\"");
            });
            assertThat(before).as("one was under way").anyMatch(asked -> asked.ended().isAfter(promoted));
            mesh.awaitGone(GENERATOR, "2.9.0");
        }
    }

    private static List<Asked> oneAfterAnother(MeshClient client, AtomicBoolean isOver) {
        var asked = new ArrayList<Asked>();
        while (!isOver.get()) {
            var began = Instant.now();
            try {
                var reply = client.post("/v1/images/generations",
                        "{\"prompt\": \"a red bell\", \"num_inference_steps\": 1000, \"seed\": 1}");
                asked.add(new Asked(began, Instant.now(), reply));
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return asked;
    }

    private static void tell(String line) {
        System.out.println(line);
        try {
            Files.writeString(TABLE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
