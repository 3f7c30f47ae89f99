// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.body.BodyBytes;
import anymesh.gateway.body.Room;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever a body holds, reading it gives a request or a complaint that a client can read, and nothing else. */
class RequestPropertyTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Names that the readers look for, so that random trees get past the first check. */
    private static final List<String> NAMES = List.of("model", "messages", "role", "content", "parts", "type",
            "image_url", "video_url", "input_audio", "url", "data", "format", "temperature", "top_p", "seed", "stop",
            "n",
            "input", "instructions", "tools", "tool_choice", "metadata", "result", "output", "text", "include",
            "max_tokens", "modalities", "stream", "stream_options", "include_usage", "prompt", "size",
            "response_format",
            "json_schema", "schema", "name", "strict", "logprobs", "top_logprobs", "other");

    private static final List<String> WORDS = List.of("toyworld", "user", "assistant", "system", "tool", "text",
            "image_url", "video_url", "input_audio", "input_text", "input_image", "output_text",
            "image_generation_call",
            "image_generation", "function", "function_call", "function_call_output", "message", "required", "image",
            "json_schema", "json_object", "message.output_text.logprobs", "b64_json", "png", "auto", "", " ", "data:",
            "data:,",
            "data:image/png;base64,", "data:image/png;base64,QUJD", "data:image/png;base64,Q",
            "DATA:IMAGE/PNG;BASE64,QUJD",
            "http://h/", "\uD83D\uDE00", "%s%n");

    @Provide
    Arbitrary<JsonNode> trees() {
        return trees(4);
    }

    private Arbitrary<JsonNode> trees(int depth) {
        Arbitrary<JsonNode> leaves = Arbitraries.oneOf(
                Arbitraries.of(WORDS).map(NODES::textNode),
                Arbitraries.strings().ofMaxLength(8).map(NODES::textNode),
                Arbitraries.doubles().map(NODES::numberNode),
                Arbitraries.bigIntegers().map(NODES::numberNode),
                Arbitraries.integers().between(-1, 3).map(NODES::numberNode),
                Arbitraries.of(NODES.booleanNode(true), NODES.booleanNode(false), NODES.nullNode()));
        if (depth == 0) {
            return leaves;
        }
        Arbitrary<JsonNode> inner = trees(depth - 1);
        return Arbitraries.oneOf(leaves, inner.list().ofMaxSize(3).map(this::array),
                Arbitraries.maps(Arbitraries.of(NAMES), inner).ofMaxSize(4).map(this::object));
    }

    private JsonNode array(List<JsonNode> elements) {
        ArrayNode array = NODES.arrayNode();
        elements.forEach(array::add);
        return array;
    }

    private JsonNode object(Map<String, JsonNode> fields) {
        ObjectNode object = NODES.objectNode();
        fields.forEach(object::set);
        return object;
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void aRandomTreeIsReadOrRefused(@ForAll("trees") JsonNode tree) {
        readOrRefused(tree);
    }

    /** A good request in which one field is random: this gets deeper than random trees do. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void aRandomFieldIsReadOrRefused(@ForAll("trees") JsonNode value, @ForAll("names") String name,
            @ForAll("depths") int depth) {
        ObjectNode part = NODES.objectNode().put("type", "image_url");
        part.putObject("image_url").put("url", "data:image/png;base64,QUJD");
        ObjectNode message = NODES.objectNode().put("role", "user");
        message.putArray("content").add(part);
        ObjectNode request = NODES.objectNode().put("model", "toyworld").put("prompt", "a");
        request.putArray("messages").add(message);
        List.of(request, message, part, (ObjectNode) part.path("image_url")).get(depth).set(name, value);
        readOrRefused(request);
    }

    /** The same of a response, whose answer must be able to say again what was asked for. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void aRandomFieldOfAResponseIsReadOrRefused(@ForAll("trees") JsonNode value, @ForAll("names") String name,
            @ForAll("depths") int depth) {
        ObjectNode request = NODES.objectNode().put("model", "toyworld");
        ObjectNode tool = request.putArray("tools").addObject().put("type", "image_generation");
        ObjectNode item = request.putArray("input").addObject().put("role", "user");
        ObjectNode part = item.putArray("content").addObject().put("type", "input_text").put("text", "a");
        List.of(request, tool, item, part).get(depth).set(name, value);
        readOrRefused(request);
    }

    @Provide
    Arbitrary<String> names() {
        return Arbitraries.of(NAMES);
    }

    @Provide
    Arbitrary<Integer> depths() {
        return Arbitraries.integers().between(0, 3);
    }

    @Property(tries = 200)
    void randomBytesAreRefused(@ForAll byte[] bytes) {
        readOrRefused(bytes);
    }

    private static void readOrRefused(JsonNode tree) {
        readOrRefused(tree.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void readOrRefused(byte[] body) {
        try {
            ChatRequest.read(Json.read(BodyBytes.of(body), Room.UNBOUNDED), HttpLimits.defaults()).needs();
        } catch (InvalidInput e) {
            assertThat(ApiError.of(e).status()).isEqualTo(400);
            assertThat(Json.write(ApiError.of(e).toJson()).length()).isPositive();
        }
        try {
            var response = ResponsesRequest.read(Json.read(BodyBytes.of(body), Room.UNBOUNDED), HttpLimits.defaults());
            response.needs();
            assertThat(Json.write(response.echo()).length()).isPositive();
        } catch (InvalidInput e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        try {
            ImagesRequest.generation(Json.read(BodyBytes.of(body), Room.UNBOUNDED)).needs();
        } catch (InvalidInput e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }
}
