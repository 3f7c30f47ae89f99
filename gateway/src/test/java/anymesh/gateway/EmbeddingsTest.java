// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.Capability;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The path without a backbone: to the encoder and back. */
class EmbeddingsTest {
    private static final String PATH = "/v1/embeddings";
    private static final int LONGEST = 20;

    private final TestingMesh mesh = new TestingMesh();
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void joinTextsAndPictures() {
        mesh.describe("encoder", joint(Modality.IMAGE, "toy-joint").addProduces("toy-image").build(),
                joint(Modality.TEXT, "toy-joint").build());
        mesh.encoder = this::encode;
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static Capability.Builder joint(Modality modality, String space) {
        return Capability.newBuilder().setModality(modality).addProduces(space).addJoint(space);
    }

    /** The length of each item, and for texts as many tokens as letters. */
    private void encode(Frame<EncodeRequest> request, CallContext call, Emitter<EncodeResponse> out) {
        var header = request.header();
        assertThat(header.getRepresentation()).isEqualTo(Representation.JOINT_EMBEDDING);
        assertThat(header.getWhole()).isTrue();
        calls.add(header.getModality() + " " + header.getItemsCount());
        var lengths = new ArrayList<Float>();
        int tokens = 0;
        for (int i = 0; i < header.getItemsCount(); i++) {
            var item = header.getItems(i);
            if (item.getText().length() > LONGEST) {
                throw new InvalidInput("a text of more than the 20 tokens that the model reads", "items[" + i + "]");
            }
            tokens += item.getText().length();
            lengths.add((float) item.getText().length() + item.getMedia().size());
        }
        out.emit(Frame.of(EncodeResponse.newBuilder().setTokens(tokens).build(),
                mesh.stages.rows("toy-joint", lengths)));
    }

    private TestingClient.Answer ask(String input, String... fields) {
        return mesh.client.post(PATH, json("{'model':'toyworld','input':" + input
                + (fields.length == 0 ? "" : "," + String.join(",", fields)) + "}"));
    }

    private static List<Integer> lengths(TestingClient.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return IntStream.range(0, answer.json().path("data").size())
                .mapToObj(i -> answer.json().path("data").path(i).path("embedding").path(0).asInt()).toList();
    }

    @Test
    void oneTextHasOneVectorAndOpenAisShape() {
        var answer = ask("'a bell'");
        assertThat(lengths(answer)).containsExactly(6);
        assertThat(answer.json().path("object").asText()).isEqualTo("list");
        assertThat(answer.json().path("model").asText()).isEqualTo("toyworld");
        assertThat(answer.json().path("data").path(0).path("object").asText()).isEqualTo("embedding");
        assertThat(answer.json().path("usage").path("prompt_tokens").asInt()).isEqualTo(6);
        assertThat(answer.json().path("usage").path("total_tokens").asInt()).isEqualTo(6);
        assertThat(answer.json().path("anymesh").path("route").path(0).path("stage").asText()).isEqualTo("encoder");
        assertThat(answer.header("x-anymesh-releases")).isEqualTo("encoder=toyworld@1.0.0");
    }

    @Test
    void textsAndPicturesComeBackInTheOrderOfTheRequest() {
        var answer = ask("['a'," + picture("PIC") + ",'abc',{'type':'text','text':'ab'}," + picture("PIC45") + "]");
        assertThat(lengths(answer)).containsExactly(1, 3, 3, 2, 5);
        assertThat(answer.json().path("data").findValuesAsText("index")).containsExactly("0", "1", "2", "3", "4");
        assertThat(calls).containsExactlyInAnyOrder("TEXT 3", "IMAGE 2");
    }

    @Test
    void aLongListIsEmbeddedInPortions() {
        var texts = IntStream.range(0, 100).mapToObj(i -> "'" + "x".repeat(1 + i % 7) + "'").toList();
        assertThat(lengths(ask(texts.toString())))
                .isEqualTo(IntStream.range(0, 100).mapToObj(i -> 1 + i % 7).toList());
        assertThat(calls).containsExactly("TEXT 32", "TEXT 32", "TEXT 32", "TEXT 4");
    }

    @Test
    void base64IsLittleEndianFloats() {
        var bytes = Base64.getDecoder().decode(
                ask("'abcd'", "'encoding_format':'base64'").json().path("data").path(0).path("embedding").asText());
        assertThat(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getFloat()).isEqualTo(4f);
    }

    @Test
    void aTextThatTheModelWouldCutIsRefusedWithItsPlace() {
        var texts = Stream.concat(IntStream.range(0, 40).mapToObj(_ -> "'x'"), Stream.of("'" + "x".repeat(21) + "'"))
                .toList();
        var refused = ask(texts.toString());
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo("input[40]");
        assertThat(refused.error().path("message").asText()).contains("20 tokens");
    }

    @Test
    void modelsSayWhatTheyEmbed() {
        var modalities = mesh.client.get("/v1/models/toyworld").json().path("modalities");
        assertThat(modalities.path("embedding")).extracting(JsonNode::asText).containsExactly("text", "image");
        assertThat(modalities.path("output")).extracting(JsonNode::asText).containsExactly("text", "image");
    }

    @Test
    void modalitiesWithoutACommonSpaceAreAMismatch() {
        mesh.describe("encoder", joint(Modality.IMAGE, "other").build(), joint(Modality.TEXT, "toy-joint").build());
        assertThat(ask("['a'," + picture("PIC") + "]").error().path("code").asText()).isEqualTo("contract_mismatch");
        assertThat(lengths(ask("'a'"))).containsExactly(1);
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"`''`,400,input", "`' '`,400,input", "[],400,input", "7,400,input",
        "`[1,2]`,400,input", "`[[1,2]]`,400,input", "`['a',null]`,400,input[1]", "null,400,input",
        "`'a','dimensions':7`,400,dimensions", "`'a','encoding_format':'hex'`,400,encoding_format",
        "`'a','model':'gpt'`,404,model", "`{'type':'audio_url','audio_url':{'url':'data:,a'}}`,422,input",
        "`[{'type':'image_url'}]`,400,input[0].image_url"})
    void whatCannotBeEmbeddedNamesItsField(String input, int status, String param) {
        var refused = ask(input);
        assertThat(refused.status()).as(refused.response().body()).isEqualTo(status);
        assertThat(refused.error().path("param").asText()).isEqualTo(param);
        assertThat(lengths(ask("'a'"))).containsExactly(1);
    }
}
