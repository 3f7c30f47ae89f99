// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.BackboneRequest;
import anymesh.v1.Modality;
import anymesh.wire.Features;
import anymesh.wire.error.InvalidInput;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that are held to a form: who is asked for them, and in which terms. */
class FormatTest {
    private static final String SCHEMA = "{'type':'object','properties':{'z':{'type':'null'},'a':{'const':1.5}}}";
    private static final String FORMAT = "'response_format':{'type':'json_schema','json_schema':{'name':'a','strict':true,"
            + "'schema':" + SCHEMA + "}}";
    private static final String TEXT_FORMAT = "'text':{'format':{'type':'json_schema','name':'a','schema':" + SCHEMA
            + "}}";

    private final TestingMesh mesh = new TestingMesh();

    @BeforeEach
    void ofThisVersion() {
        mesh.describeFeatures(Features.LOGPROBS, Features.JSON_SCHEMA);
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private BackboneRequest asked() {
        return mesh.stages.asked();
    }

    private static String request(String fields) {
        return json("{'model':'toyworld','input':'{}'," + fields + "}");
    }

    @Test
    void theBackboneIsAskedForTextOfTheSchemaInTheOrderOfItsMembers() {
        assertThat(mesh.client.post(CHAT, chat("'{}'", FORMAT)).status()).isEqualTo(200);
        assertThat(asked().getJsonSchema()).isEqualTo(json(SCHEMA));
        assertThat(asked().getModalitiesList()).containsExactly(Modality.TEXT);
        assertThat(mesh.client.post(CHAT, chat("'{}'", "'response_format':{'type':'json_object'}")).status())
                .isEqualTo(200);
        assertThat(asked().getJsonSchema()).isEqualTo(json("{'type':'object'}"));
        assertThat(mesh.client.post(CHAT, chat("'{}'", "'response_format':{'type':'text'}")).status()).isEqualTo(200);
        assertThat(asked().getJsonSchema()).isEmpty();
    }

    @Test
    void aResponseHasItInItsTextAndSaysSo() {
        var answer = mesh.client.post(RESPONSES, request(TEXT_FORMAT));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(asked().getJsonSchema()).isEqualTo(json(SCHEMA));
        assertThat(answer.json().path("text").path("format").path("name").asText()).isEqualTo("a");
    }

    @Test
    void whatTheBackboneCantHoldToIsNamedInTheTermsOfTheRequest() {
        mesh.backbone = (request, call, out) -> {
            throw new InvalidInput("Invalid 'json_schema.properties.z': no.", "json_schema.properties.z");
        };
        for (var stream : List.of("'stream':false", "'stream':true")) {
            var answer = mesh.client.post(CHAT, chat("'a'", FORMAT, stream));
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.error().path("param").asText())
                    .isEqualTo("response_format.json_schema.schema.properties.z");
            assertThat(answer.error().path("message").asText())
                    .isEqualTo("Invalid 'response_format.json_schema.schema.properties.z': no.");
        }
        assertThat(mesh.client.post(RESPONSES, request(TEXT_FORMAT)).error().path("param").asText())
                .isEqualTo("text.format.schema.properties.z");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'response_format':{'type':'yaml'}|response_format.type",
        "'response_format':'json_object'|response_format", "'response_format':{}|response_format.type",
        "'response_format':{'type':'json_schema'}|response_format.json_schema",
        "'response_format':{'type':'json_schema','json_schema':{'name':'a'}}|response_format.json_schema.schema",
        "'response_format':{'type':'json_schema','json_schema':{'name':'a b','schema':{}}}|response_format.json_schema.name",
        "'response_format':{'type':'json_object'},'modalities':['text','image']|modalities"})
    void whatIsNoFormIsRefused(String fields, String param) {
        var answer = mesh.client.post(CHAT, chat("'a'", fields));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
    }

    /** In the middle of an upgrade, instances of one release may be of either version. */
    @Test
    void itGoesToInstancesThatCanAndIsRefusedWhereNoneCan() {
        mesh.serve("backbone", 2, "1.0.0");
        for (int i = 0; i < 12; i++) {
            var answer = mesh.client.post(CHAT, chat("'{}'", FORMAT));
            assertThat(answer.json().path("anymesh").path("route").path(0).path("instance").asText())
                    .isEqualTo("backbone-1");
        }
        mesh.registry.remove("backbone-1");
        var refused = mesh.client.post(CHAT, chat("'{}'", FORMAT));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo("response_format");
        assertThat(mesh.client.post(CHAT, chat("'a'")).status()).isEqualTo(200);
    }
}
