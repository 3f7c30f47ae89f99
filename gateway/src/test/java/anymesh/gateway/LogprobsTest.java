// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.TestingClient.Answer;
import anymesh.wire.Features;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log probabilities as OpenAI has them. */
class LogprobsTest {
    private static final String A = json("{'token':'a','logprob':-0.5,'bytes':[97],'top_logprobs':["
            + "{'token':'a','logprob':-0.5,'bytes':[97]},{'token':'\uFFFD','logprob':-0.5,'bytes':[240,159]},"
            + "{'token':'<|end|>','logprob':-0.5,'bytes':null}]}");
    private static final String B = A.replace("\"a\"", "\"b\"").replace("[97]", "[98]");

    private final TestingMesh mesh = new TestingMesh();

    @BeforeEach
    void ofThisVersion() {
        mesh.describeFeatures(Features.LOGPROBS);
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static JsonNode answered(Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    @Test
    void aChoiceHasThemOfItsTextAndOfNoSignal() {
        var choice = answered(mesh.client.post(CHAT, chat("'a|image|b'", "'logprobs':true", "'top_logprobs':3")))
                .path("choices").path(0);
        assertThat(choice.path("logprobs")).isEqualTo(TestingClient.parse(
                "{\"content\":[" + A + "," + B + "],\"refusal\":null}"));
    }

    @Test
    void withoutTopLogprobsThereAreNone() {
        var choice = answered(mesh.client.post(CHAT, chat("'a'", "'logprobs':true"))).path("choices").path(0);
        assertThat(choice.path("logprobs").path("content").path(0).path("top_logprobs")).isEmpty();
        assertThat(answered(mesh.client.post(CHAT, chat("'a'"))).path("choices").path(0).path("logprobs").isNull())
                .isTrue();
    }

    @Test
    void aStreamHasThemWithTheirText() {
        var told = new ArrayList<JsonNode>();
        var events = mesh.client.events(chat("'a|b'", "'stream':true", "'logprobs':true", "'top_logprobs':3"));
        events.subList(0, events.size() - 1).stream().map(TestingClient::parse)
                .map(chunk -> chunk.path("choices").path(0))
                .filter(choice -> !choice.path("logprobs").isNull()).forEach(choice -> {
                    assertThat(choice.path("delta").path("content").asText()).isNotEmpty();
                    choice.path("logprobs").path("content").forEach(told::add);
                });
        assertThat(told).containsExactly(TestingClient.parse(A), TestingClient.parse(B));
    }

    @Test
    void aResponseHasThemWhereTheyAreIncluded() {
        var response = answered(mesh.client.post(RESPONSES, json("{'model':'toyworld','input':'a|b','top_logprobs':3,"
                + "'include':['message.output_text.logprobs']}")));
        assertThat(response.path("output").path(0).path("content").path(0).path("logprobs"))
                .containsExactly(TestingClient.parse(A), TestingClient.parse(B));
        assertThat(response.path("top_logprobs").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'logprobs':true,'top_logprobs':21|top_logprobs",
        "'logprobs':true,'top_logprobs':-1|top_logprobs", "'top_logprobs':2|top_logprobs", "'logprobs':1|logprobs"})
    void whatCantBeAskedForIsRefused(String fields, String param) {
        var answer = mesh.client.post(CHAT, chat("'a'", fields));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
    }

    @Test
    void ofABackboneThatTellsNoneTheyAreRefused() {
        mesh.serve("backbone", 2, "2.0.0");
        mesh.registry.remove("backbone-1");
        var answer = mesh.client.post(CHAT, chat("'a'", "'logprobs':true"));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo("logprobs");
        assertThat(answered(mesh.client.post(CHAT, chat("'a'", "'logprobs':false"))).path("choices")).hasSize(1);
    }
}
