// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The path of a request through the whole mesh with the built-in models, as a user takes it. */
final class RequestPathIT {
    private static EmbeddedMesh mesh;
    private static MeshClient client;

    @BeforeAll
    static void start() {
        mesh = EmbeddedMesh.start(Python.ROOT, 0);
        client = new MeshClient(mesh.url());
    }

    @AfterAll
    static void everyEmbeddingIsFreedWhenItCloses() {
        client.close();
        mesh.close();
    }

    @Test
    void textForTextTakesTheBackboneAlone() throws Exception {
        var reply = client.chat("hello", Map.of("temperature", 0));
        assertThat(MeshClient.text(reply)).isNotBlank();
        assertThat(reply.body().path("choices").path(0).path("message").has("parts")).isFalse();
        assertThat(stages(reply)).containsExactly("backbone");
    }

    @Test
    void aPictureFromTextTakesThreeHops() throws Exception {
        var reply = client.chat("draw a red bell at the top left", Map.of("temperature", 0, "seed", 1));
        assertThat(MeshClient.text(reply)).contains("red bell").contains("top left");
        assertThat(MeshClient.pictures(reply)).hasSize(1).first()
                .satisfies(picture -> assertThat(picture.getWidth()).isEqualTo(128));
        assertThat(stages(reply)).containsExactlyInAnyOrder("backbone", "output-projector", "generator-image");
    }

    @Test
    void aPictureFromAPictureTakesAllFive() throws Exception {
        var reply = client.chat(List.of(MeshClient.imagePart(bell()), MeshClient.textPart("draw this in blue")),
                Map.of("temperature", 0, "seed", 1));
        assertThat(MeshClient.pictures(reply)).hasSize(1);
        assertThat(stages(reply)).containsExactlyInAnyOrder("encoder", "input-projector", "backbone",
                "output-projector", "generator-image");
        for (var usage : reply.body().path("usage").path("stages")) {
            assertThat(usage.path("milliseconds").asDouble()).as(usage.toString()).isPositive();
            assertThat(usage.path("inference_milliseconds").asDouble()).as(usage.toString()).isPositive();
        }
    }

    @Test
    void aPictureIsDescribedAndTheNextQuestionAboutItNeedsNoEncoder() throws Exception {
        var bell = MeshClient.imagePart(AnotherFile.ofTheBell());
        var first = client.chat(List.of(bell, MeshClient.textPart("what is in the picture?")),
                Map.of("temperature", 0));
        var second = client.chat(List.of(bell, MeshClient.textPart("what is in the picture?")),
                Map.of("temperature", 0));
        assertThat(MeshClient.text(first)).contains("bell");
        assertThat(MeshClient.text(second)).isEqualTo(MeshClient.text(first));
        assertThat(first.body().path("usage").path("stages").findValues("cached")).isEmpty();
        assertThat(second.body().path("usage").path("stages").findValuesAsText("cached")).containsExactly("1", "1");
        assertThat(second.body().path("anymesh").path("route").findValuesAsText("stage")).containsExactly("backbone");
    }

    @Test
    void theSameSeedDrawsTheSamePicture() throws Exception {
        var options = Map.<String, Object>of("seed", 7, "temperature", 0);
        var first = MeshClient.pictures(client.chat("draw a green cat", options)).getFirst();
        var second = MeshClient.pictures(client.chat("draw a green cat", options)).getFirst();
        assertThat(MeshClient.difference(first, second)).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            draw a xylophone                      | only know bells
            draw a purple giraffe at the top left | only know bells
            blorp fnord ☃                         | did not understand
            """)
    void wordsItDoesNotKnowGetAnHonestAnswer(String words, String honest) throws Exception {
        var reply = client.chat(words, Map.of("temperature", 0));
        assertThat(MeshClient.text(reply)).startsWith("sorry").contains(honest);
        assertThat(MeshClient.pictures(reply)).isEmpty();
    }

    /** What callers get wrong: how it is answered, and that the next request works. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"type":"hologram","hologram":{}}                                   | 400 | messages[0].content[0].type
            {"type":"image_url","image_url":{"url":"data:image/png;base64,%%%"}} | 400 | messages[0].content[0].image_url.url
            {"type":"text","text":""}                                           | 400 | messages
            """)
    void aBadPartIsRefusedAndTheNextRequestWorks(String part, int status, String param) throws Exception {
        var reply = client.post("/v1/chat/completions",
                "{\"model\":\"toyworld\",\"messages\":[{\"role\":\"user\",\"content\":[" + part + "]}]}");
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(status);
        assertThat(reply.error("param")).startsWith(param);
        assertThat(reply.error("type")).isEqualTo("invalid_request_error");
        assertThat(MeshClient.text(client.chat("hello", Map.of("temperature", 0)))).isNotBlank();
    }

    @Test
    void aPngThatIsTextIsRefusedWhereItStands() throws Exception {
        var parts = List.of(MeshClient.textPart("look"), MeshClient.imagePart(bell()),
                MeshClient.imagePart("not a picture".getBytes(StandardCharsets.UTF_8)));
        var reply = client.chat(parts, Map.of());
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(400);
        assertThat(reply.error("param")).startsWith("messages[0].content[2]");
        assertThat(reply.error("message")).contains("not a picture");
    }

    @Test
    void aHugePictureIsRefusedByItsHeader() throws Exception {
        var reply = client.chat(List.of(MeshClient.imagePart(headerOnlyPng()), MeshClient.textPart("look")), Map.of());
        assertThat(reply.status()).as(reply.body().toString()).isEqualTo(400);
        assertThat(reply.error("message")).contains("30000x30000");
        assertThat(reply.error("param")).startsWith("messages[0].content[0]");
    }

    @Test
    void jsonCutInHalfIsRefused() throws Exception {
        var reply = client.post("/v1/chat/completions", "{\"model\":\"toyworld\",\"messages\":[{\"ro");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.error("type")).isEqualTo("invalid_request_error");
    }

    private static List<String> stages(MeshClient.Reply reply) {
        var stages = new ArrayList<String>();
        reply.body().path("usage").path("stages").forEach(usage -> stages.add(usage.path("stage").asText()));
        return stages;
    }

    private static byte[] bell() throws IOException {
        return Files.readAllBytes(Python.ROOT.resolve("models/fixtures/bell.png"));
    }

    /** A PNG's signature and a header that promises 30,000 by 30,000 pixels; nothing follows. */
    private static byte[] headerOnlyPng() {
        return Base64.getDecoder().decode("iVBORw0KGgoAAAANSUhEUgAAdTAAAHUwCAIAAADpRW/t");
    }
}
