// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.dataUrl;
import static anymesh.gateway.TestingClient.decode;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole answers of {@code /v1/responses}, and what it refuses. */
class ResponsesTest {
    static final String DRAW = "'tools':[{'type':'image_generation'}]";

    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    /** A request; quotes may be written as apostrophes. */
    static String request(String input, String... moreFields) {
        var more = moreFields.length == 0 ? "" : "," + String.join(",", moreFields);
        return json("{'model':'toyworld','input':" + input + more + "}");
    }

    private JsonNode ask(String body) {
        var answer = mesh.client.post(RESPONSES, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    /** All text of a response, as the clients' {@code output_text} has it. */
    static String text(JsonNode response) {
        var text = new StringBuilder();
        response.path("output").forEach(item -> item.path("content").forEach(
                part -> text.append(part.path("text").asText())));
        return text.toString();
    }

    static String picture(JsonNode item) {
        return decode("," + item.path("result").asText());
    }

    /** The turns that reach the backbone, with what the answer may have and must have. */
    private AtomicReference<String> turns() {
        var turns = new AtomicReference<String>("");
        mesh.backbone = (request, call, out) -> {
            turns.set(String.join(" / ", request.header().getTurnsList().stream().map(turn -> turn.getRole() + ":"
                    + String.join("+", turn.getPartsList().stream()
                            .map(part -> part.hasMedia() ? "<media>" : part.getText()).toList()))
                    .toList()) + " " + request.header().getModalitiesList() + request.header().getRequiredList());
            mesh.stages.reason(request, call, out);
        };
        return turns;
    }

    @Test
    void textAloneIsOneMessage() {
        var response = ask(request("'Hello'"));
        assertThat(response.path("id").asText()).startsWith("resp_");
        assertThat(response.path("object").asText()).isEqualTo("response");
        assertThat(response.path("created_at").asLong()).isPositive();
        assertThat(response.path("status").asText()).isEqualTo("completed");
        assertThat(response.path("model").asText()).isEqualTo("toyworld");
        assertThat(response.path("output")).hasSize(1);
        var message = response.path("output").path(0);
        assertThat(message.path("id").asText()).startsWith("msg_");
        assertThat(message.path("type").asText()).isEqualTo("message");
        assertThat(message.path("status").asText()).isEqualTo("completed");
        assertThat(message.path("role").asText()).isEqualTo("assistant");
        assertThat(message.path("content").toString())
                .isEqualTo(json("[{'type':'output_text','text':'Hello','annotations':[],'logprobs':[]}]"));
        var usage = response.path("usage");
        assertThat(usage.path("input_tokens").asInt()).isEqualTo(7);
        assertThat(usage.path("output_tokens").asInt()).isEqualTo(1);
        assertThat(usage.path("total_tokens").asInt()).isEqualTo(8);
        assertThat(usage.path("input_tokens_details").path("cached_tokens").asInt(-1)).isZero();
        assertThat(usage.path("output_tokens_details").path("reasoning_tokens").asInt(-1)).isZero();
        assertThat(usage.path("stages").findValuesAsText("stage")).containsExactly("backbone");
        assertThat(response.path("anymesh").path("route")).hasSize(1);
    }

    @Test
    void whatWasAskedForIsSaidAgainAndWhatWasNotHasItsDefault() {
        var bare = ask(request("'Hello'"));
        for (String name : List.of("error", "incomplete_details", "instructions", "max_output_tokens",
                "previous_response_id", "temperature", "top_p", "user", "max_tool_calls")) {
            assertThat(bare.path(name).isNull()).as(name).isTrue();
        }
        assertThat(bare.path("store")).isEqualTo(TestingClient.parse("false"));
        assertThat(bare.path("parallel_tool_calls").asBoolean()).isTrue();
        assertThat(bare.path("tool_choice").asText()).isEqualTo("auto");
        assertThat(bare.path("tools").toString() + bare.path("metadata") + bare.path("text").path("format"))
                .isEqualTo(json("[]{}{'type':'text'}"));

        var longText = "x".repeat(10_000);
        var full = ask(
                request("'Hello'", "'instructions':'" + longText + "'", "'max_output_tokens':9", "'temperature':0.5",
                        "'top_p':0.25", "'user':'u'", "'metadata':{'a':'b'}", "'parallel_tool_calls':false",
                        "'tools':[{'type':'function','name':'f','description':'" + longText
                                + "','parameters':{'type':'object'}}]"));
        assertThat(full.path("instructions").asText()).isEqualTo(longText);
        assertThat(full.path("max_output_tokens").asInt()).isEqualTo(9);
        assertThat(full.path("temperature").asDouble()).isEqualTo(0.5);
        assertThat(full.path("top_p").asDouble()).isEqualTo(0.25);
        assertThat(full.path("user").asText()).isEqualTo("u");
        assertThat(full.path("metadata").path("a").asText()).isEqualTo("b");
        assertThat(full.path("parallel_tool_calls").asBoolean()).isFalse();
        assertThat(full.path("tools").path(0).path("description").asText()).isEqualTo(longText);
    }

    @Test
    void itemsKeepTheOrderOfTheTokensThatAskedForThem() {
        var response = ask(request("'one |image|two|image|image|three'", "'seed':40", DRAW));
        var output = response.path("output");
        assertThat(output.findValuesAsText("type").stream().filter(type -> !type.equals("output_text")))
                .containsExactly("message", "image_generation_call", "message", "image_generation_call",
                        "image_generation_call", "message");
        assertThat(text(response)).isEqualTo("one two three");
        assertThat(IntStream.of(1, 3, 4).mapToObj(i -> picture(output.path(i))))
                .containsExactly("PIC:11:40", "PIC:21:41", "PIC:31:42");
        var drawn = output.path(1);
        assertThat(drawn.path("id").asText()).startsWith("ig_");
        assertThat(drawn.path("status").asText()).isEqualTo("completed");
        assertThat(drawn.path("size").asText()).isEqualTo("128x128");
        assertThat(drawn.path("output_format").asText()).isEqualTo("png");
        assertThat(drawn.path("revised_prompt").asText()).isEqualTo("one");
        assertThat(output.path(4).path("revised_prompt").isNull()).isTrue();
        assertThat(output.findValuesAsText("id")).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'user':'u'|[TEXT][]", "'tools':[DRAW]|[TEXT, IMAGE][]",
        "'tools':[DRAW],'tool_choice':'auto'|[TEXT, IMAGE][]", "'tools':[DRAW],'tool_choice':'none'|[TEXT][]",
        "'tools':[DRAW],'tool_choice':'required'|[TEXT, IMAGE][IMAGE]",
        "'tools':[DRAW],'tool_choice':{'type':'image_generation'}|[TEXT, IMAGE][IMAGE]",
        "'tools':[],'tool_choice':'auto'|[TEXT][]",
        "'tools':[{'type':'function','name':'f'},{'type':'custom','name':'g'}]|[TEXT][]"})
    void picturesAreForThoseWhoOfferTheTool(String fields, String modalities) {
        var turns = turns();
        ask(request("'Hello'", fields.replace("DRAW", "{'type':'image_generation'}")));
        assertThat(turns.get()).isEqualTo("USER:Hello " + modalities);
    }

    @Test
    void theToolSaysHowPicturesAreMade() {
        var asked = new AtomicReference<String>("");
        mesh.generator = (request, call, out) -> {
            asked.set(request.header().getMimeType() + " " + request.header().getQuality() + " "
                    + request.header().getPreviews());
            mesh.stages.generate(request, call, out);
        };
        var response = ask(request("'image'", "'tools':[{'type':'image_generation','output_format':'webp',"
                + "'output_compression':60,'partial_images':2,'quality':'high','background':'opaque','size':'128x128',"
                + "'moderation':'low'}]"));
        assertThat(asked.get()).isEqualTo("image/webp 60 0"); // what isn't streamed has no previews
        assertThat(response.path("output").path(0).path("output_format").asText()).isEqualTo("webp");
    }

    @Test
    void anAnswerMayBeSentBackAsItCame() {
        var output = ask(request("'here:|image|done'", "'seed':0", DRAW)).path("output").toString();
        var items = "[{'role':'user','content':'draw'}," + output.substring(1, output.length() - 1)
                + ",{'type':'message','role':'user','content':[{'type':'input_text','text':'echo|/|look'}]}]";
        assertThat(text(ask(request(items)))).isEqualTo("here:,<media>, done/" + 2 * "PIC:11:0".length());
    }

    @Test
    void everyKindOfItemHasItsPlaceInTheConversation() {
        var turns = turns();
        ask(request("[{'role':'developer','content':'d'},"
                + "{'role':'user','content':[{'type':'input_text','text':'see'},{'type':'input_image','detail':'low',"
                + "'image_url':'" + dataUrl("PIC a") + "'}]},"
                + "{'type':'reasoning','id':'rs_1','summary':[]},"
                + "{'id':'msg_1','type':'message','status':'completed','role':'assistant','content':[{'type':'output_text',"
                + "'text':'so','annotations':[]}]},"
                + "{'type':'function_call','call_id':'c','name':'f','arguments':'{}'},"
                + "{'type':'function_call_output','call_id':'c','output':'42'},"
                + "{'type':'custom_tool_call','call_id':'d','name':'g','input':'i'},"
                + "{'type':'custom_tool_call_output','call_id':'d','output':[{'type':'input_text','text':'43'}]},"
                + "{'type':'message','role':'assistant','content':[{'type':'refusal','refusal':'no'}]},"
                + "{'type':'image_generation_call','id':'ig_1','status':'completed','result':'"
                + Base64.getEncoder().encodeToString("PIC b".getBytes(StandardCharsets.UTF_8)) + "'},"
                + "{'role':'assistant','content':''},{'role':'user','content':'go on'}]", "'instructions':'be brief'"));
        assertThat(turns.get())
                .isEqualTo("SYSTEM:be brief / SYSTEM:d / USER:see+<media> / ASSISTANT:so+ f({}) / USER:42"
                        + " / ASSISTANT: g(i) / USER:43 / ASSISTANT:no+<media> / USER:go on [TEXT][]");
    }

    @Test
    void optionsReachTheBackbone() {
        var seen = new AtomicReference<String>("");
        mesh.backbone = (request, call, out) -> {
            var sampling = request.header().getSampling();
            seen.set(sampling.getTemperature() + " " + sampling.getTopP() + " " + sampling.getSeed() + " "
                    + sampling.getMaxTokens());
            mesh.stages.reason(request, call, out);
        };
        ask(request("'Hello'", "'temperature':0.5,'top_p':0.25,'seed':9,'max_output_tokens':4"));
        assertThat(seen.get()).isEqualTo("0.5 0.25 9 4");
    }

    @Test
    void runningOutOfTokensIsSaid() {
        var response = ask(request("'a|long'"));
        assertThat(response.path("status").asText()).isEqualTo("incomplete");
        assertThat(response.path("incomplete_details").path("reason").asText()).isEqualTo("max_output_tokens");
        assertThat(response.path("output").path(0).path("status").asText()).isEqualTo("incomplete");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'store':false,'background':false,'truncation':'disabled','service_tier':'auto','user':'u'",
        "'include':[],'top_logprobs':0,'text':{'format':{'type':'text'},'verbosity':'medium'}",
        "'include':['reasoning.encrypted_content'],'reasoning':{'effort':'low','summary':'auto'}",
        "'previous_response_id':null,'conversation':null,'prompt':null,'store':null,'text':null,'tools':null",
        "'safety_identifier':'s','prompt_cache_key':'k','stream_options':{'include_obfuscation':false}",
        "'stream':false,'tool_choice':null,'metadata':null,'parallel_tool_calls':true"})
    void whatChangesNothingIsTaken(String fields) {
        assertThat(text(ask(request("'Hello'", fields)))).isEqualTo("Hello");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'store':true|store",
        "'previous_response_id':'resp_1'|previous_response_id", "'conversation':'conv_1'|conversation",
        "'background':true|background", "'truncation':'auto'|truncation", "'prompt':{'id':'p'}|prompt",
        "'text':{'format':{'type':'json_schema','name':'a','schema':{}}}|text.format",
        "'text':{'verbosity':'low'}|text.verbosity", "'text':7|text", "'modalities':['text','audio']|modalities",
        "'include':['message.output_text.logprobs']|include", "'top_logprobs':3|top_logprobs",
        "'max_tokens':5|max_tokens", "'messages':[]|messages", "'response_format':{'type':'text'}|response_format",
        "'max_tool_calls':1|max_tool_calls", "'max_output_tokens':0|max_output_tokens", "'temperature':3|temperature",
        "'stop':'a'|stop", "'n':2|n", "'instructions':['a']|instructions", "'metadata':{'a':1}|metadata.a",
        "'tools':[{'type':'web_search'}]|tools[0].type", "'tools':[{'type':'function'}]|tools[0].name",
        "'tools':[DRAW,DRAW]|tools[1].type", "'tools':{}|tools", "'tool_choice':'required'|tool_choice",
        "'tool_choice':{'type':'function','name':'f'}|tool_choice",
        "'tool_choice':{'type':'image_generation'}|tool_choice", "'tool_choice':{}|tool_choice.type",
        "'tools':[{'type':'image_generation','background':'transparent'}]|tools[0].background",
        "'tools':[{'type':'image_generation','quality':'best'}]|tools[0].quality",
        "'tools':[{'type':'image_generation','model':'gpt-image-1'}]|tools[0].model",
        "'tools':[{'type':'image_generation','input_image_mask':{}}]|tools[0].input_image_mask",
        "'tools':[{'type':'image_generation','size':'huge'}]|tools[0].size",
        "'tools':[{'type':'function','name':'f'},{'type':'image_generation','size':'1024x1024'}]|tools[1].size",
        "'tools':[{'type':'image_generation','output_format':'gif'}]|tools[0].output_format",
        "'tools':[{'type':'image_generation','output_compression':5}]|tools[0].output_compression",
        "'tools':[{'type':'image_generation','partial_images':4}]|tools[0].partial_images"})
    void whatIsNotDoneHereIsRefusedByItsName(String fields, String param) {
        assertRefused(request("'Hello'", fields.replace("DRAW", "{'type':'image_generation'}")), param);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"''|input", "' '|input", "7|input", "null|input",
        "[]|input",
        "['a']|input[0]", "[{'content':'a'}]|input[0].role", "[{'role':'robot','content':'a'}]|input[0].role",
        "[{'role':'user'}]|input[0].content", "[{'role':'user','content':''}]|input[0].content",
        "[{'role':'user','content':7}]|input[0].content", "[{'type':'reasoning'}]|input",
        "[{'type':'hologram'}]|input[0].type", "[{'type':'item_reference','id':'msg_1'}]|input[0].id",
        "[{'id':'msg_1'}]|input[0].id", "[{'type':'image_generation_call','id':'ig_1'}]|input[0].result",
        "[{'type':'image_generation_call','result':'?'}]|input[0].result",
        "[{'role':'user','content':[{'type':'text','text':'a'}]}]|input[0].content[0].type",
        "[{'role':'user','content':[{'type':'input_text'}]}]|input[0].content[0].text",
        "[{'role':'user','content':[{'type':'input_file','file_id':'f'}]}]|input[0].content[0].type",
        "[{'role':'user','content':[{'type':'input_image','file_id':'f'}]}]|input[0].content[0].file_id",
        "[{'role':'user','content':[{'type':'input_image'}]}]|input[0].content[0].image_url",
        "[{'role':'user','content':[{'type':'input_image','image_url':'http://a/b.png'}]}]|input[0].content[0].image_url",
        "[{'role':'user','content':[{'type':'input_image','image_url':{'url':'a'}}]}]|input[0].content[0].image_url",
        "[{'type':'function_call_output','call_id':'c'}]|input[0].output"})
    void inputThatCannotBeReadNamesItsField(String input, String param) {
        assertRefused(request(input), param);
    }

    private void assertRefused(String body, String param) {
        var answer = mesh.client.post(RESPONSES, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
        assertThat(answer.error().path("message").asText()).contains("'" + param + "'");
        assertThat(answer.error().path("type").asText()).isEqualTo("invalid_request_error");
    }

    @Test
    void badJsonAndUnknownModelsAreRefusedAsEverywhere() {
        assertThat(mesh.client.post(RESPONSES, "{").status()).isEqualTo(400);
        assertThat(mesh.client.post(RESPONSES, "[]").status()).isEqualTo(400);
        assertRefused(json("{'input':'a'}"), "model");
        var unknown = mesh.client.post(RESPONSES, request("'a'").replace("toyworld", "gpt-9"));
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.error().path("param").asText()).isEqualTo("model");
        assertThat(mesh.client.get(RESPONSES).status()).isEqualTo(405);
        assertThat(mesh.client.get(RESPONSES + "/resp_1").status()).isEqualTo(404);
    }

    /** What can't be written again in UTF-8 must not be found out when the answer is written. */
    @ParameterizedTest
    @ValueSource(strings = {"'instructions':'\\ud800'", "'metadata':{'a':'\\ud800'}", "'metadata':{'\\ud800':'a'}",
        "'tools':[{'type':'function','name':'f','parameters':{'\\udc00':1}}]", "'user':'\\ud800'"})
    void halfASurrogateIsRefusedWhereItWouldComeBack(String fields) {
        assertThat(mesh.client.post(RESPONSES, request("'Hello'", fields)).status()).isEqualTo(400);
    }
}
