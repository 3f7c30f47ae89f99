// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A chat with {@code n} above 1. */
class ChoicesTest {
    private static final String CONTENT = "[{'type':'text','text':'dice|image|look'}," + picture("PICTURE") + "]";

    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private JsonNode ask(String... fields) {
        var answer = mesh.client.post(CHAT, chat(CONTENT, fields));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static List<JsonNode> messages(JsonNode answer) {
        return Stream.iterate(0, i -> i < answer.path("choices").size(), i -> i + 1)
                .map(i -> answer.path("choices").path(i)).peek(choice -> {
                    assertThat(choice.path("index").isInt()).isTrue();
                    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
                }).map(choice -> choice.path("message")).toList();
    }

    @Test
    void theFirstChoiceIsTheAnswerWithoutNAndTheOthersDifferButCanBeHadAgain() {
        var three = messages(ask("'n':3", "'seed':7"));
        assertThat(three).hasSize(3).doesNotHaveDuplicates();
        assertThat(three.getFirst()).isEqualTo(messages(ask("'seed':7")).getFirst());
        assertThat(messages(ask("'n':3", "'seed':7"))).isEqualTo(three);
        assertThat(messages(ask("'n':2", "'seed':7"))).isEqualTo(three.subList(0, 2));
        assertThat(messages(ask("'n':3"))).as("without a seed").doesNotHaveDuplicates();
    }

    @Test
    void whatChoicesHaveInCommonIsDoneAndCountedOnce() {
        var answer = ask("'n':3", "'seed':7");
        var usage = answer.path("usage");
        assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(7);
        assertThat(usage.path("completion_tokens").asInt()).isEqualTo(3 * 3);
        assertThat(usage.path("total_tokens").asInt()).isEqualTo(7 + 9);
        assertThat(usage.path("stages").findValuesAsText("stage")).containsExactlyInAnyOrder("encoder",
                "input-projector", "backbone", "backbone", "backbone", "output-projector", "output-projector",
                "output-projector", "generator-image", "generator-image", "generator-image");
    }

    @Test
    void aStreamBringsTheSameChoicesSideBySide() {
        var whole = ask("'n':3", "'seed':7");
        var events = mesh.client.events(
                chat(CONTENT, "'n':3", "'seed':7", "'stream':true", "'stream_options':{'include_usage':true}"));
        assertThat(events.getLast()).isEqualTo("[DONE]");
        var contents = new TreeMap<Integer, StringBuilder>();
        var pictures = new TreeMap<Integer, String>();
        var ends = new TreeMap<Integer, String>();
        for (JsonNode chunk : events.subList(0, events.size() - 2).stream().map(TestingClient::parse).toList()) {
            var choice = chunk.path("choices").path(0);
            int index = choice.path("index").asInt(-1);
            var delta = choice.path("delta");
            contents.computeIfAbsent(index, _ -> new StringBuilder()).append(delta.path("content").asText());
            delta.findValuesAsText("url").forEach(url -> pictures.put(index, url));
            if (!choice.path("finish_reason").isNull()) {
                assertThat(ends.put(index, choice.path("finish_reason").asText())).isNull();
            }
        }
        assertThat(ends).containsOnlyKeys(0, 1, 2);
        for (int i = 0; i < 3; i++) {
            var message = messages(whole).get(i);
            assertThat(contents.getOrDefault(i, new StringBuilder())).hasToString(message.path("content").asText());
            assertThat(pictures.get(i)).isEqualTo(message.path("parts").findValuesAsText("url").getFirst());
        }
        var last = TestingClient.parse(events.get(events.size() - 2));
        assertThat(last.path("choices")).isEmpty();
        assertThat(last.path("usage").path("total_tokens")).isEqualTo(whole.path("usage").path("total_tokens"));
    }

    @Test
    void ifOneFailsTheRequestFailsAndTheOthersStop() {
        mesh.generator = (request, call, out) -> {
            if (request.header().getSeed() == 7) {
                mesh.stages.generating.await(); // so that there is another one to stop
                throw new IllegalStateException("out of paint");
            }
            mesh.stages.generateForever(request, call, out);
        };
        var answer = mesh.client.post(CHAT, chat("'image'", "'n':2", "'seed':7"));
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.error().path("message").asText()).contains("generator-image");
        Awaitility.await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
    }
}
