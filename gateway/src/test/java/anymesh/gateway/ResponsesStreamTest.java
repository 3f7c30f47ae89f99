// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.ResponsesTest.DRAW;
import static anymesh.gateway.ResponsesTest.picture;
import static anymesh.gateway.ResponsesTest.request;
import static anymesh.gateway.ResponsesTest.text;
import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.dataUrl;
import static anymesh.gateway.TestingClient.decode;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.error.InferenceFailed;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of {@code /v1/responses} as they form. */
class ResponsesStreamTest {
    private static final String STREAM = "'stream':true";

    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private List<JsonNode> stream(String input, String... moreFields) {
        var fields = new ArrayList<>(List.of(moreFields));
        fields.add(STREAM);
        return mesh.client.events(RESPONSES, request(input, fields.toArray(String[]::new))).stream()
                .map(TestingClient::parse).toList();
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(event -> event.path("type").asText()).toList();
    }

    @Test
    void runningOutOfTokensIsItsEnd() {
        var events = stream("'a|long'");
        assertThat(types(events)).endsWith("response.output_item.done", "response.incomplete");
        assertThat(events.getLast().path("response").path("status").asText()).isEqualTo("incomplete");
        assertThat(events.get(events.size() - 2).path("item").path("status").asText()).isEqualTo("incomplete");
    }

    @Test
    void textIsStreamedInNumberedEventsWithNames() {
        var events = stream("'Hel|lo'");
        assertThat(types(events)).containsExactly("response.created", "response.in_progress",
                "response.output_item.added", "response.content_part.added", "response.output_text.delta",
                "response.output_text.delta", "response.output_text.done", "response.content_part.done",
                "response.output_item.done", "response.completed");
        assertThat(events).extracting(event -> event.path("sequence_number").asInt(-1))
                .isEqualTo(IntStream.range(0, events.size()).boxed().toList());
        assertThat(events.getFirst().path("response").path("status").asText()).isEqualTo("in_progress");
        assertThat(events.getFirst().path("response").path("output").isEmpty()).isTrue();
        assertThat(events.get(2).path("item").path("status").asText()).isEqualTo("in_progress");
        assertThat(events.get(2).path("item").path("content").isEmpty()).isTrue();
        assertThat(events.get(3).path("part").path("text").asText("none")).isEmpty();
        assertThat(events.get(4).path("delta").asText() + "+" + events.get(5).path("delta").asText())
                .isEqualTo("Hel+lo");
        assertThat(events.get(4).path("logprobs").isArray()).isTrue();
        assertThat(events.get(6).path("text").asText()).isEqualTo("Hello");
        assertThat(events.get(7).path("part").path("text").asText()).isEqualTo("Hello");
        var last = events.getLast().path("response");
        assertThat(last.path("output").path(0)).isEqualTo(events.get(8).path("item"));
        assertThat(last.path("usage").path("total_tokens").asInt()).isEqualTo(9);
        assertThat(last.path("id")).isEqualTo(events.getFirst().path("response").path("id"));
        for (var event : events.subList(3, 8)) {
            assertThat(event.path("item_id")).isEqualTo(events.get(2).path("item").path("id"));
            assertThat(event.path("output_index").asInt(-1)).isZero();
            assertThat(event.path("content_index").asInt(-1)).isZero();
        }
        var body = mesh.client.post(RESPONSES, request("'Hello'", STREAM)).response().body();
        assertThat(body).startsWith("event: response.created\ndata: {").doesNotContain("[DONE]");
    }

    @Test
    void aStreamedPictureIsShownOnItsWayAndIsDoneOnce() {
        var events = stream("'here: |image'", "'seed':5",
                "'tools':[{'type':'image_generation','partial_images':2}]");
        var drawn = events.stream().filter(event -> event.path("output_index").asInt() == 1).toList();
        assertThat(types(drawn)).containsExactly("response.output_item.added",
                "response.image_generation_call.in_progress", "response.image_generation_call.generating",
                "response.image_generation_call.partial_image", "response.image_generation_call.partial_image",
                "response.image_generation_call.completed", "response.output_item.done");
        assertThat(drawn.get(3).path("partial_image_index").asInt(-1)).isZero();
        assertThat(drawn.get(4).path("partial_image_index").asInt()).isEqualTo(1);
        assertThat(decode("," + drawn.get(4).path("partial_image_b64").asText())).isEqualTo("LIKE:2");
        var done = drawn.getLast().path("item");
        assertThat(picture(done)).isEqualTo("PIC:11:5");
        assertThat(done.path("revised_prompt").asText()).isEqualTo("here:");
        assertThat(drawn.subList(1, 6)).allMatch(event -> event.path("item_id").equals(done.path("id")));
        assertThat(events.getLast().path("response").path("output").path(1)).isEqualTo(done);
    }

    @Test
    void textGoesOnWhileAPictureIsDrawnAndItemsAreOpenedInOrder() {
        var said = new CountDownLatch(1);
        mesh.generator = (request, call, out) -> {
            said.await(); // the picture waits for the text after it
            mesh.stages.generate(request, call, out);
        };
        mesh.backbone = (request, call, out) -> mesh.stages.reason(request, call, frame -> {
            boolean isEnd = frame.header().hasFinished();
            out.emit(frame);
            if (isEnd) {
                said.countDown();
            }
        });
        var events = stream("'a|image|b'", DRAW);
        assertThat(events.stream().filter(event -> event.path("type").asText().equals("response.output_item.added"))
                .map(event -> event.path("output_index").asInt())).containsExactly(0, 1, 2);
        var types = types(events);
        assertThat(types.lastIndexOf("response.output_text.delta"))
                .isLessThan(types.indexOf("response.image_generation_call.completed"));
        assertThat(types.getLast()).isEqualTo("response.completed");
        var deltas = new StringBuilder();
        events.forEach(event -> deltas.append(event.path("delta").asText()));
        assertThat(deltas.toString()).isEqualTo("a b").isEqualTo(text(events.getLast().path("response")));
    }

    @Test
    void aPictureThatFailsAfterAPreviewNeverEndsTheStreamAsIfItWereWhole() {
        mesh.generator = (request, call, out) -> mesh.stages.generate(request, call, frame -> {
            if (frame.header().hasMedia()) {
                throw new InferenceFailed("it broke");
            }
            out.emit(frame);
        });
        assertFails(stream("'a|image'", "'tools':[{'type':'image_generation','partial_images':1}]"),
                "generator-image failed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"broken", "cut"})
    void aBackboneThatFailsInTheMiddleDoesNeither(String order) {
        assertFails(stream("'Hello|" + order + "'"), "backbone");
    }

    private static void assertFails(List<JsonNode> events, String message) {
        assertThat(types(events)).endsWith("response.failed", "error")
                .doesNotContain("response.completed", "response.incomplete",
                        "response.image_generation_call.completed");
        var failed = events.get(events.size() - 2).path("response");
        assertThat(failed.path("status").asText()).isEqualTo("failed");
        assertThat(failed.path("error").path("code").asText()).isEqualTo("server_error");
        var error = events.getLast();
        assertThat(error.path("code").asText()).isEqualTo("inference_failed");
        assertThat(error.path("message").asText()).contains(message);
        assertThat(error.path("param").isNull()).isTrue();
        assertThat(error.path("sequence_number").asInt()).isEqualTo(events.size() - 1);
        assertThat(error.path("error").path("type").asText()).isEqualTo("server_error");
    }

    @Test
    void aFailureBeforeTheFirstEventIsAStatus() {
        assertThat(mesh.client.post(RESPONSES, request("'broken'", STREAM)).status()).isEqualTo(502);
        var unread = mesh.client.post(RESPONSES,
                request("[{'role':'user','content':[{'type':'input_image','image_url':'"
                        + dataUrl("no picture") + "'}]}]", STREAM));
        assertThat(unread.status()).isEqualTo(400);
        assertThat(unread.error().path("param").asText()).isEqualTo("input[0].content[0].image_url");
    }
}
