// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** A mesh of processes that has nobody for a step when it is needed, and has somebody in time. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class WakeIT {
    private static final String GENERATOR = "generator-image";
    private static final String DRAW = "draw a red bell at the top left";

    @TempDir
    private Path folder;

    @TempDir
    private Path elsewhere;

    @Test
    void whoIsAskedForIsWokenAndWhoWasKilledIsWaitedFor() throws Exception {
        try (var mesh = MeshProcesses.start(folder, "--replicas", GENERATOR + "=0");
                var client = new MeshClient(mesh.url())) {
            theFirstSignalWakesAGenerator(mesh);
            oneThatWasScaledToZeroIsWokenToo(mesh);
            textGoesOnWhenTheOnlyBackboneIsKilled(mesh, client);
            aSecondSupervisorIsRefused(mesh);
            assertThat(mesh.gateway().sum("anymesh_gateway_waiting")).isZero();
            assertThat(mesh.end()).isZero();
        }
    }

    private static void theFirstSignalWakesAGenerator(MeshProcesses mesh) throws Exception {
        assertThat(mesh.count(GENERATOR)).isZero();
        try (var http = HttpClient.newHttpClient()) {
            var models = http.send(HttpRequest.newBuilder(URI.create(mesh.url() + "/v1/models")).build(),
                    BodyHandlers.ofString()).body();
            assertThat(models).contains("image");
        }
        var first = assertWakes(mesh);
        var again = ask(mesh, DRAW, _ -> {});
        assertThat(again.waited()).isFalse();
        assertThat(first.media()).isEqualTo(again.media());
        assertThat(first.text()).isEqualTo(again.text());
    }

    private static void oneThatWasScaledToZeroIsWokenToo(MeshProcesses mesh) throws Exception {
        assertThat(mesh.run("scale", GENERATOR, "0").code()).isZero();
        assertThat(mesh.count(GENERATOR)).isZero();
        assertWakes(mesh);
    }

    private static Streamed assertWakes(MeshProcesses mesh) throws Exception {
        var answer = ask(mesh, DRAW, _ -> {});
        assertThat(answer.waited()).as("it is told that the picture waits").isTrue();
        assertThat(answer.media()).hasSize(1);
        assertThat(answer.text()).contains("red bell");
        assertThat(mesh.count(GENERATOR)).isEqualTo(1);
        return answer;
    }

    /** The text is short, so it may be over before the kill arrives: then another one. */
    private static void textGoesOnWhenTheOnlyBackboneIsKilled(MeshProcesses mesh, MeshClient client) throws Exception {
        for (int i = 0; i < 10 && resumed(mesh) == 0; i++) {
            var alone = MeshClient.text(client.chat(DRAW, Map.of("seed", 1)));
            long before = mesh.instance("backbone-1").pid();
            var backbone = ProcessHandle.of(before).orElseThrow();
            var answer = ask(mesh, DRAW, _ -> backbone.destroyForcibly());
            assertThat(answer.text()).isEqualTo(alone);
            assertThat(answer.media()).hasSize(1);
            mesh.awaitAnother("backbone-1", before);
        }
        assertThat(resumed(mesh)).as("killed in the middle of its text").isPositive();
        assertThat(mesh.count("backbone")).isEqualTo(1);
    }

    private static double resumed(MeshProcesses mesh) throws Exception {
        return mesh.gateway().sum("anymesh_gateway_retries_total", "kind=\"resumed\"", "stage=\"backbone\"");
    }

    private void aSecondSupervisorIsRefused(MeshProcesses mesh) throws Exception {
        var errors = elsewhere.resolve("stderr.txt").toFile();
        var builder = new ProcessBuilder(Python.ROOT.resolve("anymesh").toString(), "up", "--processes", "--port", "0",
                "--consul", mesh.instance("consul").http()).redirectError(errors)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("ANYMESH_STATE", elsewhere.resolve("mesh.json").toString());
        assertThat(builder.start().waitFor()).isEqualTo(1);
        assertThat(Files.readString(errors.toPath(), StandardCharsets.UTF_8)).contains("another supervisor (process ");
    }

    /** What came of a stream: its text, its media, and whether it said that something waits. */
    private record Streamed(String text, List<String> media, boolean waited) {}

    private static Streamed ask(MeshProcesses mesh, String prompt, Consumer<String> onFirstText)
            throws IOException, InterruptedException {
        var body = MeshClient.JSON.writeValueAsString(Map.of("model", "toyworld", "stream", true, "seed", 1, "messages",
                List.of(Map.of("role", "user", "content", prompt))));
        var request = HttpRequest.newBuilder(URI.create(mesh.url() + "/v1/chat/completions"))
                .header("content-type", "application/json").POST(BodyPublishers.ofString(body)).build();
        var text = new StringBuilder();
        var media = new ArrayList<String>();
        boolean waited = false;
        var last = "";
        try (var http = HttpClient.newHttpClient();
                var lines = http.send(request, BodyHandlers.ofLines()).body()) {
            for (var line : (Iterable<String>) lines::iterator) {
                if (!line.startsWith("data: {")) {
                    last = line.isEmpty() ? last : line;
                    continue;
                }
                var delta = delta(line);
                var written = delta.path("content").asText("");
                if (!written.isEmpty() && text.isEmpty()) {
                    onFirstText.accept(written);
                }
                text.append(written);
                var part = delta.path("parts").path(0);
                waited |= part.path("waiting").asBoolean();
                if (part.path("event").asText().equals("done")) {
                    media.add(part.path("image_url").path("url").asText());
                }
            }
        }
        assertThat(last).isEqualTo("data: [DONE]");
        return new Streamed(text.toString(), media, waited);
    }

    private static JsonNode delta(String line) throws IOException {
        var event = MeshClient.JSON.readTree(line.substring("data: ".length()));
        assertThat(event.has("error")).as(line).isFalse();
        return event.path("choices").path(0).path("delta");
    }
}
