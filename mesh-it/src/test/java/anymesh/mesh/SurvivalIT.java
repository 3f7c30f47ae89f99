// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.kit.testing.Cuts;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A mesh of processes with two instances of each stage survives what happens to them, and no caller notices.
 * {@code bench/run survive --requests N} runs the first test alone, for as long as so many requests take.
 */
@Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
final class SurvivalIT {
    private static final int REQUESTS = Integer.getInteger("survive.requests", 1_000);
    private static final int CUT_ONE_IN = 50;
    private static final List<String> STAGES = List.of("encoder", "input-projector", "backbone", "output-projector",
            "generator-image", "generator-audio", "generator-video");
    private static final List<String> KILLED = List.of("encoder-1", "input-projector-2", "backbone-1",
            "output-projector-2", "generator-image-1", "generator-audio-2", "generator-video-1", "backbone-2",
            "generator-image-2", "encoder-2");
    /** Where clients go away: at the first line, when a medium is begun, at a step of its diffusion. */
    private static final List<String> SIGNS = List.of("HTTP/1.1 200", "\"start\"", "\"progress\"");
    private static final Pattern TOTAL = Pattern.compile("Total\\s+\\d+\\s+(\\d+)");
    /** Stages whose calls take no longer than a look at them. */
    private static final Pattern QUICK = Pattern.compile("encoder-.*|.*-projector-.*");

    private static final Path KEPT = Python.ROOT.resolve("mesh-it/target");

    @TempDir
    private static Path folder;

    private static MeshProcesses mesh;

    /** What happened to an instance, and what steps the gateway did again for it. */
    private record Blow(String what, double seconds, double repeated, double resumed) {}

    @BeforeAll
    static void start() throws Exception {
        mesh = MeshProcesses.start(folder, "--replicas",
                STAGES.stream().map(stage -> stage + "=2").collect(Collectors.joining(",")));
    }

    @AfterAll
    static void end() throws Exception {
        if (mesh != null) {
            mesh.close();
        }
    }

    @Test
    @Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = ThreadMode.SEPARATE_THREAD)
    void connectionsAreCutInstancesAndConsulKilledAndEveryAnswerIsWhatItIsAlone() throws Exception {
        var cuts = new Cuts(CUT_ONE_IN, System.nanoTime());
        var blows = new ArrayList<Blow>();
        JsonNode counted;
        try (var gateway = new CuttingGateway(mesh.instance("consul").http(), cuts);
                var load = MixedLoad.start(gateway.url(), REQUESTS)) {
            do {
                for (var id : KILLED) {
                    awaitWork(gateway, id);
                    blows.add(strike(gateway, "KILL", id));
                }
                for (var signal : List.of("KILL", "TERM", "STOP")) {
                    blows.add(strike(gateway, signal, "consul"));
                }
            } while (gateway.metrics().sum("anymesh_gateway_requests_seconds_count") < REQUESTS);
            counted = load.end();
        }
        publish(blows, cuts, counted);
        var wrong = new ArrayList<String>();
        counted.path("wrong").forEach(one -> wrong.add(one.asText()));
        if (!wrong.isEmpty()) {
            wrong.addAll(Evidence.keep(folder.resolve("logs"), KEPT.resolve("survival-logs"), wrong));
        }
        assertThat(wrong).as("what callers noticed; the logs are in %s", KEPT.resolve("survival-logs")).isEmpty();
        assertThat(counted.path("asked").asInt()).isGreaterThanOrEqualTo(REQUESTS);
        for (var kind : List.of("failed", "cut", "mixed")) {
            assertThat(counted.path(kind).asInt()).as(kind).isZero();
        }
        assertThat(blows.stream().mapToDouble(blow -> blow.repeated() + blow.resumed()).sum())
                .as("steps that were done again: the kills hit somebody").isPositive();
        assertThat(cuts.hit()).as("calls whose connection was cut").isPositive();
    }

    private static Blow strike(CuttingGateway gateway, String signal, String id) throws Exception {
        double repeated = again(gateway.metrics(), "repeated");
        double resumed = again(gateway.metrics(), "resumed");
        long since = System.nanoTime();
        mesh.awaitAnother(id, mesh.signal(signal, id));
        return new Blow("kill -%s %s".formatted(signal, id), (System.nanoTime() - since) / 1e9,
                again(gateway.metrics(), "repeated") - repeated, again(gateway.metrics(), "resumed") - resumed);
    }

    private static double again(Scrape gateway, String kind) {
        return gateway.sum("anymesh_gateway_retries_total", "kind=\"%s\"".formatted(kind));
    }

    /** The better moment to be killed; to find a quick stage at work takes luck. */
    private static void awaitWork(CuttingGateway gateway, String id) {
        boolean isQuick = QUICK.matcher(id).matches();
        try {
            await().atMost(isQuick ? Duration.ofSeconds(5) : MeshProcesses.SOON).pollInterval(Duration.ofMillis(5))
                    .until(() -> outstanding(gateway.metrics(), id) > 0);
        } catch (ConditionTimeoutException idle) {
            assertThat(isQuick).as("%s never had anything to do", id).isTrue();
        }
    }

    private static double outstanding(Scrape gateway, String id) {
        return gateway.sum("anymesh_gateway_instance_outstanding", "stage_instance=\"%s\"".formatted(id));
    }

    private static void publish(List<Blow> blows, Cuts cuts, JsonNode counted) throws IOException {
        var rows = blows.stream().collect(Collectors.groupingBy(Blow::what, LinkedHashMap::new, Collectors.toList()));
        var table = Stream.of(
                Stream.of("| what | times | serves again after (longest) | steps repeated | resumed |",
                        "|---|---|---|---|---|"),
                rows.entrySet().stream().map(row -> "| `%s` | %d | %.0f s | %.0f | %.0f |".formatted(row.getKey(),
                        row.getValue().size(), row.getValue().stream().mapToDouble(Blow::seconds).max().orElse(0),
                        row.getValue().stream().mapToDouble(Blow::repeated).sum(),
                        row.getValue().stream().mapToDouble(Blow::resumed).sum())),
                Stream.of("", "%d of %d calls were cut off:".formatted(cuts.hit(), cuts.calls()), ""),
                cuts.made().entrySet().stream().sorted(Map.Entry.comparingByKey())
                        .map(made -> "- %s: %d".formatted(made.getKey(), made.getValue())),
                Stream.of("",
                        "Noticed by callers: %d failed, %d cut, %d mixed of %d asked (of 0 in N, less than 3 in N: %.5f)"
                                .formatted(counted.path("failed").asInt(), counted.path("cut").asInt(),
                                        counted.path("mixed").asInt(), counted.path("asked").asInt(),
                                        3.0 / counted.path("asked").asInt())))
                .flatMap(lines -> lines).collect(Collectors.joining("\n"));
        var file = KEPT.resolve("survival.md");
        Files.writeString(file, table + "\n\n" + counted.toPrettyString() + "\n");
        System.out.println(Files.readString(file));
    }

    @Test
    void aGeneratorThatIsToldToEndFinishesItsFilms() throws Exception {
        double before = again(mesh.gateway(), "repeated") + again(mesh.gateway(), "resumed");
        try (var client = new MeshClient(mesh.url()); var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var films = IntStream.range(0, 10).mapToObj(i -> callers.submit(film(client, i))).toList();
            await().atMost(MeshProcesses.SOON).pollInterval(Duration.ofMillis(20))
                    .until(() -> outstanding(mesh.gateway(), "generator-video-1") > 0);
            long ending = mesh.signal("TERM", "generator-video-1");
            for (Future<MeshClient.Reply> film : films) {
                assertThat(MeshClient.text(film.get())).contains("car");
                assertThat(film.get().body().findValuesAsText("type")).containsOnlyOnce("video_url");
            }
            mesh.awaitAnother("generator-video-1", ending);
        }
        assertThat(again(mesh.gateway(), "repeated") + again(mesh.gateway(), "resumed")).as("it finished its own")
                .isEqualTo(before);
    }

    private static Callable<MeshClient.Reply> film(MeshClient client, int seed) {
        return () -> client.chat("show me a film of a red car moving left", Map.of("seed", seed));
    }

    @Test
    void aStageThatAcceptsAndNeverAnswersIsLeftOutUntilItIsBack() throws Exception {
        var silent = "backbone-1";
        try (var client = new MeshClient(mesh.url())) {
            mesh.signal("STOP", silent);
            try {
                await().atMost(MeshProcesses.SOON).until(() -> {
                    assertAllAnswered(client);
                    return ejected(silent) > 0;
                });
                long began = System.nanoTime();
                assertAllAnswered(client);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).as("nobody waits for it any more")
                        .isLessThan(Duration.ofSeconds(5));
            } finally {
                mesh.signal("CONT", silent);
            }
            double before = answeredBy(silent);
            await().atMost(MeshProcesses.SOON).until(() -> {
                assertAllAnswered(client);
                return answeredBy(silent) > before;
            });
            assertThat(ejected(silent)).isZero();
        }
    }

    private static double ejected(String id) throws IOException, InterruptedException {
        return mesh.gateway().sum("anymesh_gateway_instance_ejected", "stage_instance=\"%s\"".formatted(id));
    }

    private static double answeredBy(String id) throws IOException, InterruptedException {
        return Scrape.of(mesh.instance(id).http()).sum("anymesh_stage_requests_seconds_count", "OK");
    }

    /** Six at once, so that both instances would get some. */
    private static void assertAllAnswered(MeshClient client) throws InterruptedException, ExecutionException {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = callers.invokeAll(
                    IntStream
                            .range(0, 6).<Callable<MeshClient.Reply>>mapToObj(_ -> () -> client.chat("hello", Map.of()))
                            .toList());
            for (var answer : answers) {
                assertThat(MeshClient.text(answer.get())).isNotBlank();
            }
        }
    }

    @Test
    void aThousandClientsThatGoAwayLeaveNothingBehind() throws Exception {
        leave(100); // what is made once is made now
        awaitIdle();
        long before = liveBytes("gateway-1");
        leave(1_000);
        awaitIdle();
        assertThat(liveBytes("gateway-1") - before).as("bytes more that live in the gateway").isLessThan(5_000_000);
    }

    private static void leave(int clients) throws Exception {
        try (var leaving = Executors.newFixedThreadPool(32)) {
            var left = leaving.invokeAll(IntStream.range(0, clients).<Callable<Void>>mapToObj(i -> () -> {
                LeavingClient.leaveAt(SIGNS.get(i % SIGNS.size()), URI.create(mesh.url()).getPort(),
                        i % 2 == 0 ? "draw a red bell" : "show me a film of a red car moving left");
                return null;
            }).toList());
            for (var one : left) {
                one.get();
            }
        }
    }

    /** Within a few seconds of a busy machine; a step of a film takes most of one here. */
    private static void awaitIdle() {
        await().atMost(Duration.ofSeconds(15)).untilAsserted(() -> {
            for (var instance : mesh.instances()) {
                if (instance.http().isEmpty() || instance.id().equals("consul")) {
                    continue;
                }
                var scrape = Scrape.of(instance.http());
                for (var name : List.of("anymesh_queue_depth", "anymesh_stage_requests_active",
                        "anymesh_embedding_bytes")) {
                    assertThat(scrape.sum(name)).as("%s of %s", name, instance.id()).isZero();
                }
            }
            assertThat(mesh.gateway().sum("anymesh_gateway_instance_outstanding")).isZero();
            assertThat(mesh.gateway().sum("anymesh_gateway_requests_active")).isZero();
        });
    }

    /** What is left of the heap after a collection. */
    private static long liveBytes(String id) throws IOException, InterruptedException {
        var jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        var process = new ProcessBuilder(jcmd, String.valueOf(mesh.instance(id).pid()), "GC.class_histogram")
                .redirectErrorStream(true).start();
        var histogram = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        var total = TOTAL.matcher(histogram);
        assertThat(total.find()).as(histogram).isTrue();
        return Long.parseLong(total.group(1));
    }
}
