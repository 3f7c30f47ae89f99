// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.EDITS;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.VARIATIONS;
import static anymesh.gateway.TestingClient.decode;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.parse;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.error.InferenceFailed;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pictures from pictures, in other files, and while they are drawn. */
class ImagesTest {
    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static String picture(JsonNode answer) {
        return decode("," + answer.path("data").path(0).path("b64_json").asText());
    }

    @Test
    void anEditReadsItsPicturesBeforeItsPrompt() {
        var turns = new AtomicReference<String>("");
        mesh.backbone = (request, call, out) -> {
            turns.set(String.valueOf(request.header().getTurns(0).getPartsList().stream()
                    .map(part -> part.hasMedia() ? "media " + part.getMedia().getRow() : part.getText()).toList()));
            mesh.stages.reason(request, call, out);
        };
        var answer = mesh.client.postForm(EDITS, "@image[]", "PIC a", "@image[]", "PIC b", "prompt", "in blue", "n",
                "2",
                "seed", "5", "model", "toyworld");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(turns.get()).isEqualTo("[media 0, media 1, in blue]");
        assertThat(answer.json().path("data")).hasSize(2);
        assertThat(answer.json().path("usage").path("stages").findValuesAsText("stage")).contains("encoder",
                "input-projector", "backbone", "output-projector", "generator-image");
        assertThat(mesh.client.postForm(EDITS, "@image", "PIC a", "prompt", "in blue").status()).isEqualTo(200);
    }

    @Test
    void aVariationNeedsNothingButAPicture() {
        var answer = mesh.client.postForm(VARIATIONS, "@image", "PIC a", "seed", "3", "n", "2");
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().path("data")).hasSize(2);
    }

    @Test
    void whatTheBackboneSaidIsTheRevisedPrompt() {
        var answer = mesh.client.post(IMAGES, json("{'prompt':'a red bell'}")).json();
        assertThat(answer.path("data").path(0).path("revised_prompt").asText()).isNotBlank();
        assertThat(answer.path("background").asText()).isEqualTo("opaque");
        assertThat(answer.path("quality").asText()).isEqualTo("high");
    }

    @Test
    void theFileAndItsQualityReachTheGenerator() {
        var asked = new AtomicReference<String>("");
        mesh.generator = (request, call, out) -> {
            asked.set(request.header().getMimeType() + " " + request.header().getQuality());
            mesh.stages.generate(request, call, out);
        };
        var answer = mesh.client.post(IMAGES, json("{'prompt':'a','output_format':'webp','output_compression':60}"));
        assertThat(asked.get()).isEqualTo("image/webp 60");
        assertThat(answer.json().path("output_format").asText()).isEqualTo("webp");
    }

    @Test
    void aStreamHasWhatThePictureMayBecomeAndThenThePictureOnce() {
        var events = mesh.client.events(IMAGES,
                json("{'prompt':'a red bell','seed':5,'stream':true,'partial_images':2}")).stream()
                .map(TestingClient::parse).toList();
        assertThat(events).extracting(event -> event.path("type").asText()).containsExactly(
                "image_generation.partial_image", "image_generation.partial_image", "image_generation.completed");
        assertThat(events).extracting(event -> decode("," + event.path("b64_json").asText()))
                .containsExactly("LIKE:1", "LIKE:2", "PIC:11:5");
        assertThat(events.get(1).path("partial_image_index").asInt()).isEqualTo(1);
        for (var event : events) {
            assertThat(event.path("size").asText()).isEqualTo("128x128");
            assertThat(event.path("output_format").asText()).isEqualTo("png");
            assertThat(event.path("created_at").asLong()).isPositive();
            assertThat(event.has("index")).isFalse();
        }
        assertThat(events.getLast().path("usage").path("total_tokens").asInt()).isPositive();
        var plain = mesh.client.post(IMAGES, json("{'prompt':'a red bell','seed':5}"));
        assertThat(picture(plain.json())).isEqualTo("PIC:11:5");
    }

    @Test
    void severalPicturesOfAStreamAreTold() {
        var events = mesh.client.events(IMAGES,
                json("{'prompt':'a','n':3,'seed':1,'stream':true,'partial_images':1}")).stream()
                .map(TestingClient::parse).toList();
        var completed = events.stream().filter(event -> event.path("type").asText().endsWith("completed")).toList();
        assertThat(completed).extracting(event -> event.path("index").asInt()).containsExactly(0, 1, 2);
        assertThat(events.subList(events.size() - 3, events.size())).isEqualTo(completed);
        assertThat(events.stream().filter(event -> event.path("type").asText().endsWith("partial_image"))
                .map(event -> event.path("index").asInt()).toList()).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    void anEventHasItsName() {
        var body = mesh.client.post(IMAGES, json("{'prompt':'a','stream':true}")).response().body();
        assertThat(body).startsWith("event: image_generation.completed\ndata: {").doesNotContain("[DONE]");
        var edit = mesh.client.postForm(EDITS, "@image", "PIC a", "prompt", "a", "stream", "true").response().body();
        assertThat(edit).startsWith("event: image_edit.completed\n");
    }

    @Test
    void aPictureThatFailsAfterAPreviewEndsTheStreamWithAnErrorAndNoPicture() {
        mesh.generator = (request, call, out) -> {
            mesh.stages.generate(request, call, frame -> {
                if (frame.header().hasMedia()) {
                    throw new InferenceFailed("it broke");
                }
                out.emit(frame);
            });
        };
        var events = mesh.client.events(IMAGES, json("{'prompt':'a','stream':true,'partial_images':1}"));
        assertThat(parse(events.getFirst()).path("type").asText()).endsWith("partial_image");
        assertThat(parse(events.getLast()).path("error").path("code").asText()).isEqualTo("inference_failed");
        assertThat(events).noneMatch(event -> event.contains("completed"));
    }

    @Test
    void previewsOfAChatStandBesideItsProgress() {
        var parts = mesh.client.events(TestingClient.chat("'image'", "'stream':true", "'image':{'partial_images':2}"))
                .stream().filter(event -> event.startsWith("{"))
                .map(event -> parse(event).path("choices").path(0).path("delta").path("parts").path(0))
                .filter(part -> part.path("event").asText().equals("preview")).toList();
        assertThat(parts).isNotEmpty();
        assertThat(decode(parts.getFirst().path("image_url").path("url").asText())).startsWith("LIKE:");
    }

    @ParameterizedTest
    @CsvSource({"image,400", "prompt,400", "mask,400", "response_format,400", "output_compression,400",
        "partial_images,400"})
    void aFormThatCannotBeServedNamesItsField(String param, int status) {
        var answer = switch (param) {
            case "image" -> mesh.client.postForm(EDITS, "prompt", "a");
            case "prompt" -> mesh.client.postForm(EDITS, "@image", "PIC a");
            case "mask" -> mesh.client.postForm(EDITS, "@image", "PIC a", "prompt", "a", "@mask", "PIC a");
            case "partial_images" ->
                mesh.client.postForm(EDITS, "@image", "PIC a", "prompt", "a", "partial_images", "1");
            case "response_format" ->
                mesh.client.postForm(VARIATIONS, "@image", "PIC a", "response_format", "url");
            default -> mesh.client.postForm(EDITS, "@image", "PIC a", "prompt", "a", "output_compression", "3");
        };
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
    }

    @Test
    void aTextWhereAFileIsExpectedAndAFileWhereATextIsAreRefused() {
        assertThat(mesh.client.postForm(EDITS, "image", "PIC a", "prompt", "a").error().path("message").asText())
                .contains("expected a file, but got a string");
        assertThat(mesh.client.postForm(EDITS, "@image", "PIC a", "@prompt", "a").error().path("message").asText())
                .contains("expected a string, but got a file");
        assertThat(List.of(mesh.client.postForm(VARIATIONS, "@image", "a", "@image", "b").status(),
                mesh.client.post(EDITS, "{}").status())).containsExactly(400, 415);
    }
}
