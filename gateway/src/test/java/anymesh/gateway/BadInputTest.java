// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One mesh for all: what one bad request does must not hurt the next. */
@TestInstance(Lifecycle.PER_CLASS)
class BadInputTest {
    private static final String NONE = "null";
    private static final String TOOLS = "[{'type':'function','function':{'name':'f'}}]";

    private TestingMesh mesh;

    @BeforeAll
    void start() {
        mesh = new TestingMesh();
    }

    @AfterAll
    void closeWithoutLeaks() {
        mesh.close();
    }

    static Stream<Arguments> chats() {
        return Stream.of(
                arguments("cut in half", "{\"model\":\"toyworld\",\"messages\":[{\"ro", 400, NONE),
                arguments("no object", "[]", 400, NONE),
                arguments("empty body", "", 400, NONE),
                arguments("two objects", chat("'a'") + "{}", 400, NONE),
                arguments("too deep", "[".repeat(100_000), 400, NONE),
                arguments("too many tokens", "{\"a\":[" + "0,".repeat(300_000) + "0]}", 400, NONE),
                arguments("no model", json("{'messages':[{'role':'user','content':'a'}]}"), 400, "model"),
                arguments("unknown model", chat("'a'").replace("toyworld", "gpt-4o"), 404, "model"),
                arguments("model no string", chat("'a'").replace("\"toyworld\"", "7"), 400, "model"),
                arguments("no messages", json("{'model':'toyworld'}"), 400, "messages"),
                arguments("empty messages", json("{'model':'toyworld','messages':[]}"), 400, "messages"),
                arguments("messages no array", json("{'model':'toyworld','messages':'a'}"), 400, "messages"),
                arguments("message no object", json("{'model':'toyworld','messages':['a']}"), 400, "messages[0]"),
                arguments("no role", json("{'model':'toyworld','messages':[{'content':'a'}]}"), 400,
                        "messages[0].role"),
                arguments("role robot", json("{'model':'toyworld','messages':[{'role':'robot','content':'a'}]}"), 400,
                        "messages[0].role"),
                arguments("no content", json("{'model':'toyworld','messages':[{'role':'user'}]}"), 400,
                        "messages[0].content"),
                arguments("content number", chat("5"), 400, "messages[0].content"),
                arguments("empty prompt", chat("''"), 400, "messages[0].content"),
                arguments("blank prompt", chat("' \\n'"), 400, "messages[0].content"),
                arguments("empty parts", chat("[]"), 400, "messages[0].content"),
                arguments("empty text part", chat("[{'type':'text','text':''}]"), 400, "messages[0].content"),
                arguments("half a surrogate", chat("'\\ud800'"), 400, "messages[0].content"),
                arguments("unknown part", chat("[{'type':'text','text':'a'},{'type':'hologram'}]"), 400,
                        "messages[0].content[1].type"),
                arguments("part without type", chat("[{'text':'a'}]"), 400, "messages[0].content[0].type"),
                arguments("part no object", chat("['a']"), 400, "messages[0].content[0]"),
                arguments("text no string", chat("[{'type':'text','text':1}]"), 400, "messages[0].content[0].text"),
                arguments("image_url string", chat("[{'type':'image_url','image_url':'data:'}]"), 400,
                        "messages[0].content[0].image_url"),
                arguments("no url", chat("[{'type':'image_url','image_url':{}}]"), 400,
                        "messages[0].content[0].image_url.url"),
                arguments("web url", url("http://169.254.169.254/latest"), 400, "messages[0].content[0].image_url.url"),
                arguments("file url", url("file:///etc/passwd"), 400, "messages[0].content[0].image_url.url"),
                arguments("broken base64", url("data:image/png;base64,%%%"), 400,
                        "messages[0].content[0].image_url.url"),
                arguments("empty base64", url("data:image/png;base64,"), 400, "messages[0].content[0].image_url.url"),
                arguments("no base64", url("data:image/png,abc"), 400, "messages[0].content[0].image_url.url"),
                arguments("no comma", url("data:image/png"), 400, "messages[0].content[0].image_url.url"),
                arguments("not an image", url("data:text/html;base64,QUJD"), 400,
                        "messages[0].content[0].image_url.url"),
                arguments("a PNG that is text", chat("[" + picture("PIC") + "," + picture("text") + "]"), 400,
                        "messages[0].content[1].image_url.url"),
                arguments("too many media", chat("[" + (picture("PIC") + ",").repeat(4) + picture("PIC") + "]"), 400,
                        "messages[0].content"),
                arguments("audio", chat("[{'type':'input_audio','input_audio':{'data':'QUJD','format':'wav'}}]"), 422,
                        "messages[0].content[0].input_audio.data"),
                arguments("audio format",
                        chat("[{'type':'input_audio','input_audio':{'data':'QUJD','format':'midi'}}]"), 400,
                        "messages[0].content[0].input_audio.format"),
                arguments("video", chat("[{'type':'video_url','video_url':{'url':'data:video/mp4;base64,QUJD'}}]"), 422,
                        "messages[0].content[0].video_url.url"),
                arguments("n 9", chat("'a'", "'n':9"), 400, "n"),
                arguments("n 0", chat("'a'", "'n':0"), 400, "n"),
                arguments("n text", chat("'a'", "'n':'1'"), 400, "n"),
                arguments("n huge", chat("'a'", "'n':1" + "0".repeat(500)), 400, "n"),
                arguments("temperature", chat("'a'", "'temperature':2.1"), 400, "temperature"),
                arguments("temperature text", chat("'a'", "'temperature':'hot'"), 400, "temperature"),
                arguments("temperature huge", chat("'a'", "'temperature':1e999"), 400, "temperature"),
                arguments("top_p", chat("'a'", "'top_p':-0.1"), 400, "top_p"),
                arguments("JSON schema", chat("'a'", "'response_format':{'type':'json_object'}"), 400,
                        "response_format"),
                arguments("a call demanded", chat("'a'", "'tools':" + TOOLS, "'tool_choice':'required'"), 400,
                        "tool_choice"),
                arguments("a tool demanded", chat("'a'", "'tools':" + TOOLS,
                        "'tool_choice':{'type':'function','function':{'name':'f'}}"), 400, "tool_choice"),
                arguments("a function demanded", chat("'a'", "'functions':[{'name':'f'}],'function_call':{'name':'f'}"),
                        400, "function_call"),
                arguments("one tool", chat("'a'", "'tools':{'type':'function','function':{'name':'f'}}"), 400, "tools"),
                arguments("tools of text", chat("'a'", "'tools':['f']"), 400, "tools[0]"),
                arguments("tool of no type", chat("'a'", "'tools':[{'function':{'name':'f'}}]"), 400, "tools[0].type"),
                arguments("tool of another type", chat("'a'", "'tools':[{'type':'web_search'}]"), 400,
                        "tools[0].type"),
                arguments("tool of nothing", chat("'a'", "'tools':[{'type':'function'}]"), 400, "tools[0].function"),
                arguments("nameless tool", chat("'a'", "'tools':[{'type':'function','function':{}}]"), 400,
                        "tools[0].function.name"),
                arguments("parameters of text",
                        chat("'a'", "'tools':[{'type':'function','function':{'name':'f','parameters':'x'}}]"), 400,
                        "tools[0].function.parameters"),
                arguments("nameless custom tool",
                        chat("'a'", "'tools':[{'type':'custom','custom':{'name':''}}],'tool_choice':'none'"), 400,
                        "tools[0].custom.name"),
                arguments("one function", chat("'a'", "'functions':{'name':'f'}"), 400, "functions"),
                arguments("nameless function", chat("'a'", "'functions':[{'parameters':{}}]"), 400,
                        "functions[0].name"),
                arguments("tool of no name", json("{'model':'toyworld','messages':[{'role':'user','content':'a'},"
                        + "{'role':'assistant','tool_calls':[{'id':'c','function':{}}]}]}"), 400,
                        "messages[1].tool_calls[0].function.name"),
                arguments("seed fraction", chat("'a'", "'seed':1.5"), 400, "seed"),
                arguments("stop number", chat("'a'", "'stop':1"), 400, "stop"),
                arguments("five stops", chat("'a'", "'stop':['a','b','c','d','e']"), 400, "stop"),
                arguments("empty stop", chat("'a'", "'stop':''"), 400, "stop"),
                arguments("stop of numbers", chat("'a'", "'stop':[1]"), 400, "stop[0]"),
                arguments("max_tokens 0", chat("'a'", "'max_tokens':0"), 400, "max_tokens"),
                arguments("max_completion_tokens", chat("'a'", "'max_completion_tokens':-1"), 400,
                        "max_completion_tokens"),
                arguments("stream text", chat("'a'", "'stream':'yes'"), 400, "stream"),
                arguments("stream_options", chat("'a'", "'stream_options':1"), 400, "stream_options"),
                arguments("no modalities", chat("'a'", "'modalities':[]"), 400, "modalities"),
                arguments("unknown modality", chat("'a'", "'modalities':['smell']"), 400, "modalities"),
                arguments("unserved modality", chat("'a'", "'modalities':['text','audio']"), 422, "modalities"));
    }

    private static String url(String url) {
        return chat("[{'type':'image_url','image_url':{'url':'" + url + "'}}]");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("chats")
    void aBadChatIsRefusedInOpenAisShapeAndTheNextOneWorks(String name, String body, int status, String param) {
        refused(CHAT, body, status, param);
        assertThat(mesh.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
    }

    static Stream<Arguments> images() {
        return Stream.of(
                arguments("no prompt", image(""), 400, "prompt"),
                arguments("empty prompt", image("'prompt':''"), 400, "prompt"),
                arguments("prompt number", image("'prompt':1"), 400, "prompt"),
                arguments("unknown model", image("'prompt':'a'").replace("toyworld", "dall-e-3"), 404, "model"),
                arguments("n 0", image("'prompt':'a','n':0"), 400, "n"),
                arguments("n 11", image("'prompt':'a','n':11"), 400, "n"),
                arguments("size", image("'prompt':'a','size':'1024x1024'"), 400, "size"),
                arguments("size number", image("'prompt':'a','size':128"), 400, "size"),
                arguments("url", image("'prompt':'a','response_format':'url'"), 400, "response_format"),
                arguments("gif", image("'prompt':'a','output_format':'gif'"), 400, "output_format"),
                arguments("quality of a PNG", image("'prompt':'a','output_compression':50"), 400, "output_compression"),
                arguments("quality", image("'prompt':'a','output_format':'webp','output_compression':101"), 400,
                        "output_compression"),
                arguments("stream", image("'prompt':'a','stream':1"), 400, "stream"),
                arguments("partials without a stream", image("'prompt':'a','partial_images':1"), 400, "partial_images"),
                arguments("partials", image("'prompt':'a','stream':true,'partial_images':4"), 400, "partial_images"),
                arguments("steps", image("'prompt':'a','num_inference_steps':0"), 400, "num_inference_steps"),
                arguments("guidance", image("'prompt':'a','guidance_scale':-1"), 400, "guidance_scale"));
    }

    private static String image(String fields) {
        return json("{'model':'toyworld'" + (fields.isEmpty() ? "" : "," + fields) + "}");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("images")
    void aBadImageRequestIsRefusedInOpenAisShapeAndTheNextOneWorks(String name, String body, int status, String param) {
        refused(IMAGES, body, status, param);
        assertThat(mesh.client.post(IMAGES, image("'prompt':'a'")).status()).isEqualTo(200);
    }

    private void refused(String path, String body, int status, String param) {
        var answer = mesh.client.post(path, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.header("content-type")).isEqualTo("application/json");
        assertThat(answer.error().properties().stream().map(Map.Entry::getKey))
                .containsExactly("message", "type", "param", "code");
        assertThat(answer.error().path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(answer.error().path("message").asText()).isNotBlank();
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedHoweverItComes() {
        var large = chat("'" + "a".repeat(1 << 20) + "'");
        var announced = mesh.client.post(CHAT, large);
        assertThat(announced.status()).isEqualTo(413);
        assertThat(announced.error().path("message").asText()).contains("1048576 bytes");
        var chunked = mesh.client.send(mesh.client.request(CHAT).POST(BodyPublishers
                .ofInputStream(() -> new ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))))
                .build());
        assertThat(chunked.status()).isEqualTo(413);
        assertThat(mesh.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
    }

    @Test
    void aBodyJustWithinTheLimitIsReadOffTheEventLoop() {
        var answer = mesh.client.post(CHAT, chat("'" + "a".repeat(1_000_000) + "'"));
        assertThat(answer.json().path("choices").path(0).path("message").path("content").asText()).hasSize(1_000_000);
    }
}
