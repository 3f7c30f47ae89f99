// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import anymesh.mesh.OtlpReceiver.SpanData;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One request is one trace, as a collector receives it from a mesh that was told to export. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TraceIT {
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
    private static final String DELAY = "otel.bsp.schedule.delay";
    private static final List<String> HOPS = List.of("encoder", "input-projector", "backbone", "output-projector",
            "generator-image");

    private static OtlpReceiver receiver;
    private static EmbeddedMesh mesh;

    @BeforeAll
    static void start() throws Exception {
        receiver = new OtlpReceiver();
        System.setProperty(ENDPOINT, receiver.endpoint());
        System.setProperty(DELAY, "100");
        try {
            mesh = EmbeddedMesh.start(Python.ROOT, 0);
        } finally {
            System.clearProperty(ENDPOINT);
            System.clearProperty(DELAY);
        }
    }

    @AfterAll
    static void stop() {
        mesh.close();
        receiver.close();
    }

    private static void ask(String trace, String requestId, String content) throws Exception {
        send(trace, requestId, "/v1/chat/completions", """
                {"model":"toyworld","temperature":0,"seed":1,"messages":[{"role":"user","content":%s}]}"""
                .formatted(content));
    }

    private static void send(String trace, String requestId, String path, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(mesh.url() + path))
                .header("content-type", "application/json").header("x-request-id", requestId)
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
        try (var http = HttpClient.newHttpClient()) {
            var response = http.send(request, BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            assertThat(response.headers().firstValue("x-request-id")).hasValue(requestId);
        }
    }

    private static List<SpanData> await(String trace, int count) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> receiver.trace(trace).size() >= count);
        return receiver.trace(trace);
    }

    private static SpanData only(List<SpanData> spans, String service, int kind, String name) {
        assertThat(spans).filteredOn(span -> span.service().equals(service) && span.kind() == kind
                && span.name().contains(name)).as("%s %s of %s", service, name, spans).hasSize(1);
        return spans.stream().filter(span -> span.service().equals(service) && span.kind() == kind
                && span.name().contains(name)).findFirst().orElseThrow();
    }

    @Test
    void everyHopStandsBelowTheOneThatCalledIt() throws Exception {
        var trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var bell = Base64.getEncoder().encodeToString(Files.readAllBytes(Python.ROOT.resolve("docs/bell.png")));
        ask(trace, "trace-me", """
                [{"type":"image_url","image_url":{"url":"data:image/png;base64,%s"}},
                 {"type":"text","text":"draw this in blue"}]""".formatted(bell));
        var spans = await(trace, 1 + 4 * HOPS.size());

        var request = only(spans, "gateway", 2, "POST /v1/chat/completions");
        assertThat(request.parent()).as("the client's").isEqualTo("00f067aa0ba902b7");
        assertThat(request.attributes()).containsEntry("anymesh.request_id", "trace-me");
        for (String hop : HOPS) {
            var served = only(spans, hop, 2, "anymesh.v1.");
            var call = spans.stream().filter(span -> span.id().equals(served.parent())).findFirst().orElseThrow();
            assertThat(call.service()).isEqualTo("gateway");
            assertThat(call.kind()).isEqualTo(3);
            assertThat(call.attributes()).containsEntry("anymesh.stage", hop);
            assertThat(call.parent()).isEqualTo(request.id());
            assertThat(served.attributes()).containsEntry("anymesh.request_id", "trace-me");
            var queue = only(spans, hop, 1, "queue");
            var run = only(spans, hop, 1, "run");
            assertThat(List.of(queue.parent(), run.parent())).containsOnly(served.id());
            assertThat(queue.end()).isLessThanOrEqualTo(run.start());
        }
        assertThat(spans).hasSize(1 + 4 * HOPS.size());
    }

    @Test
    void aJobGoesOnInTheTraceOfItsRequest() throws Exception {
        var trace = "4bf92f3577b34da6a3ce929d0e0e4737";
        send(trace, "film-me", "/v1/videos", """
                {"model":"toyworld","prompt":"film a red bell flying left"}""");
        Awaitility.await().atMost(Duration.ofSeconds(60))
                .until(() -> receiver.trace(trace).stream().anyMatch(span -> span.name().equals("job")));
        var spans = receiver.trace(trace);
        var request = only(spans, "gateway", 2, "POST /v1/videos");
        var job = only(spans, "gateway", 5, "job");
        assertThat(job.parent()).isEqualTo(request.id());
        assertThat(job.start()).isGreaterThan(request.start());
        assertThat(job.attributes()).containsEntry("anymesh.job.outcome", "made");
        var film = only(spans, "generator-video", 2, "anymesh.v1.");
        var call = spans.stream().filter(span -> span.id().equals(film.parent())).findFirst().orElseThrow();
        assertThat(call.parent()).isEqualTo(job.id());
    }

    @Test
    void thoseThatSharedABatchAreLinked() throws Exception {
        var threads = IntStream.range(0, 4).mapToObj(i -> Thread.ofVirtual().start(() -> {
            try {
                ask("0000000000000000000000000000aa0" + i, "peer-" + i, "\"draw a red bell at the top left\"");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        })).toList();
        for (var thread : threads) {
            thread.join();
        }
        var runs = IntStream.range(0, 4).mapToObj(i -> await("0000000000000000000000000000aa0" + i, 13))
                .flatMap(List::stream).filter(span -> span.name().equals("run")).toList();
        var served = IntStream.range(0, 4).mapToObj(i -> receiver.trace("0000000000000000000000000000aa0" + i))
                .flatMap(List::stream).filter(span -> span.kind() == 2).map(SpanData::id).toList();
        assertThat(runs.stream().flatMap(run -> run.links().stream())).as("spans of the others").isNotEmpty()
                .allMatch(served::contains);
    }
}
