// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.BackboneRequest;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.ToolChoice;
import anymesh.v1.Turn;
import anymesh.wire.Features;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tools that a model may or has to call, and what becomes of its calls, in a chat and in a response. */
class ToolsTest {
    private static final String F = "{'name':'f','description':'d','parameters':{'type':'object','properties':{'x':{}}},"
            + "'strict':true}";
    private static final String TOOLS = "'tools':[{'type':'custom','custom':{'name':'c'}},{'type':'function','function':"
            + F + "},{'type':'function','function':{'name':'g'}}]";
    private static final String RESPONSE_TOOLS = "'tools':[{'type':'function'," + F.substring(1)
            + ",{'type':'function','name':'g'}]";
    private static final String CALLS = "'well|call f {\"x\":1}|call g {}'";

    private final TestingMesh mesh = new TestingMesh();

    @BeforeEach
    void ofThisVersion() {
        mesh.describeFeatures(Features.LOGPROBS, Features.JSON_SCHEMA, Features.TOOLS);
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private BackboneRequest asked() {
        return mesh.stages.asked();
    }

    /** A chat whose last user's text is an order, in which JSON's quotes are escaped. */
    private static String ordered(String order, String... fields) {
        return chat(order.replace("\"", "\\\""), fields);
    }

    private JsonNode ask(String path, String body) {
        var answer = mesh.client.post(path, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static String response(String input, String... fields) {
        return json(
                "{'model':'toyworld','input':" + input.replace("\"", "\\\"") + "," + String.join(",", fields) + "}");
    }

    @Test
    void callsAreToldInTheAnswersMessage() {
        var choice = ask(CHAT, ordered(CALLS, TOOLS)).path("choices").path(0);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("tool_calls");
        var message = choice.path("message");
        assertThat(message.path("content").asText()).isEqualTo("well");
        assertThat(message.has("parts")).isFalse();
        assertThat(message.path("tool_calls").findValuesAsText("name")).containsExactly("f", "g");
        assertThat(message.path("tool_calls").findValuesAsText("arguments")).containsExactly("{\"x\":1}", "{}");
        assertThat(message.path("tool_calls").findValuesAsText("type")).containsOnly("function");
        assertThat(message.path("tool_calls").findValuesAsText("id")).doesNotHaveDuplicates()
                .allMatch(id -> id.matches("call_[0-9a-f]{32}"));
        assertThat(ask(CHAT, ordered("'call g {}'", TOOLS)).path("choices").path(0).path("message").path("content")
                .isNull()).isTrue();
    }

    @Test
    void theBackboneIsToldWhatItMayCall() {
        ask(CHAT, ordered("'a'", TOOLS));
        var tools = asked().getTools();
        assertThat(tools.getToolsList()).extracting(tool -> tool.getFunction().replace('"', '\''))
                .containsExactly(F, "{'name':'g'}");
        assertThat(tools.getChoice()).isEqualTo(ToolChoice.AUTO);
        assertThat(tools.getSingle()).isFalse();
        ask(CHAT, ordered("'a'", TOOLS, "'tool_choice':{'type':'function','function':{'name':'g'}}"));
        assertThat(asked().getTools().getChoice()).isEqualTo(ToolChoice.REQUIRED);
        assertThat(asked().getTools().getAllowedList()).containsExactly("g");
        assertThat(asked().getTools().getSingle()).isTrue();
        assertThat(asked().getModalitiesList()).containsExactly(Modality.TEXT);
        ask(CHAT, ordered("'a'", TOOLS, "'tool_choice':{'type':'allowed_tools','allowed_tools':{'mode':'auto','tools':"
                + "[{'type':'function','function':{'name':'f'}}]}}", "'parallel_tool_calls':false"));
        assertThat(asked().getTools().getChoice()).isEqualTo(ToolChoice.AUTO);
        assertThat(asked().getTools().getAllowedList()).containsExactly("f");
        assertThat(asked().getTools().getSingle()).isTrue();
        ask(CHAT, ordered("'a'", TOOLS, "'tool_choice':'required'"));
        assertThat(asked().getTools().getChoice()).isEqualTo(ToolChoice.REQUIRED);
        assertThat(asked().getTools().getAllowedList()).isEmpty();
        ask(RESPONSES, response("'a'", RESPONSE_TOOLS, "'tool_choice':{'type':'function','name':'f'}"));
        assertThat(asked().getTools().getAllowedList()).containsExactly("f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'tool_choice':'none'", "'tools':[]", "'tools':[{'type':'custom','custom':{'name':'c'}}]",
        "'tools':null,'tool_choice':'auto'"})
    void ofNothingThatMayBeCalledItIsToldNothing(String fields) {
        ask(CHAT, ordered("'a'", fields.contains("tools'") ? json(fields) : TOOLS + "," + json(fields)));
        assertThat(asked().hasTools()).isFalse();
    }

    @Test
    void callsAreStreamedPieceByPiece() {
        var events = mesh.client.events(ordered(CALLS, TOOLS, "'stream':true"));
        var deltas = new ArrayList<String>();
        String reason = "";
        for (var event : events.subList(0, events.size() - 1)) {
            var choice = TestingClient.parse(event).path("choices").path(0);
            var call = choice.path("delta").path("tool_calls").path(0);
            if (!call.isMissingNode()) {
                deltas.add(call.path("index").asInt() + call.path("type").asText("-") + call.path("function"));
                assertThat(call.has("id")).isEqualTo(call.has("type"));
            }
            reason = choice.path("finish_reason").asText(reason);
        }
        assertThat(reason).isEqualTo("tool_calls");
        assertThat(deltas.getFirst()).isEqualTo("0function{\"name\":\"f\",\"arguments\":\"\"}");
        assertThat(deltas.stream().filter(delta -> delta.startsWith("0-"))
                .map(delta -> TestingClient.parse(delta.substring(2)).path("arguments").asText())
                .collect(Collectors.joining())).isEqualTo("{\"x\":1}");
        assertThat(deltas).contains("1function{\"name\":\"g\",\"arguments\":\"\"}");
    }

    @Test
    void callsAreItemsOfAResponse() {
        var answer = ask(RESPONSES, response(CALLS, RESPONSE_TOOLS));
        assertThat(answer.path("status").asText()).isEqualTo("completed");
        assertThat(answer.path("output").findValuesAsText("type")).containsSequence("message")
                .contains("function_call");
        var call = answer.path("output").path(1);
        assertThat(call.path("id").asText()).startsWith("fc_");
        assertThat(call.path("call_id").asText()).startsWith("call_");
        assertThat(call.path("name").asText() + call.path("arguments").asText() + call.path("status").asText())
                .isEqualTo("f{\"x\":1}completed");
    }

    @Test
    void callsOfAResponseAreStreamedAsItsItems() {
        var events = mesh.client.events(RESPONSES, response("'call f {\"x\":1}|call g {}'", RESPONSE_TOOLS,
                "'stream':true")).stream().map(TestingClient::parse).toList();
        assertThat(events.stream().map(event -> event.path("type").asText()).distinct()).containsExactly(
                "response.created", "response.in_progress", "response.output_item.added",
                "response.function_call_arguments.delta", "response.function_call_arguments.done",
                "response.output_item.done", "response.completed");
        var items = events.getLast().path("response").path("output");
        assertThat(items).hasSize(2);
        for (var item : items) {
            assertThat(events).filteredOn(event -> event.path("type").asText().endsWith("item.done"))
                    .extracting(event -> event.path("item")).contains(item);
            assertThat(events.stream().filter(event -> event.path("type").asText().endsWith("arguments.delta")
                    && event.path("item_id").equals(item.path("id"))).map(event -> event.path("delta").asText())
                    .collect(Collectors.joining())).isEqualTo(item.path("arguments").asText());
        }
    }

    private static String history(String... fields) {
        return json("{'model':'toyworld','messages':[{'role':'user','content':'hi'},{'role':'assistant','content':'so',"
                + "'tool_calls':[{'id':'c1','type':'function','function':{'name':'f','arguments':'{}'}}]},"
                + "{'role':'tool','tool_call_id':'c1','content':'42'},{'role':'user','content':'go on'}]"
                + Arrays.stream(fields).map(field -> "," + field).collect(Collectors.joining()) + "}");
    }

    private static String turns(BackboneRequest asked) {
        return asked.getTurnsList().stream().map(ToolsTest::turn).collect(Collectors.joining(" / "));
    }

    private static String turn(Turn turn) {
        return turn.getRole() + ":" + turn.getPartsList().stream().map(Part::getText).collect(Collectors.joining("+"))
                + turn.getCallsList().stream()
                        .map(call -> "<" + call.getId() + call.getName() + call.getArguments() + ">")
                        .collect(Collectors.joining())
                + turn.getCallId();
    }

    @Test
    void whatWasCalledBeforeIsReadAsCalls() {
        ask(CHAT, history());
        assertThat(turns(asked())).isEqualTo("USER:hi / ASSISTANT:so<c1f{}> / TOOL:42c1 / USER:go on");
        ask(RESPONSES, response("[{'role':'user','content':'hi'},{'role':'assistant','content':'so'},"
                + "{'type':'function_call','call_id':'c1','name':'f','arguments':'{}'},"
                + "{'type':'function_call','call_id':'c2','name':'g','arguments':'{}'},"
                + "{'type':'function_call_output','call_id':'c1','output':'42'},"
                + "{'type':'function_call_output','call_id':'c2','output':''},{'role':'user','content':'go on'}]",
                "'store':false"));
        assertThat(turns(asked())).isEqualTo(
                "USER:hi / ASSISTANT:so<c1f{}><c2g{}> / TOOL:42c1 / TOOL:c2 / USER:go on");
    }

    @Test
    void aModelThatCallsNothingReadsCallsAsTextAndIsAskedForText() {
        var old = new TestingMesh();
        try {
            var answer = old.client.post(CHAT, history(json(TOOLS)));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(turns(old.stages.asked())).isEqualTo("USER:hi / ASSISTANT:so+ f({}) / USER:42 / USER:go on");
            assertThat(old.stages.asked().hasTools()).isFalse();
            var refused = old.client.post(CHAT, ordered("'a'", TOOLS, "'tool_choice':'required'"));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.json().path("error").path("param").asText()).isEqualTo("tool_choice");
        } finally {
            old.close();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "tools[0].parameters.properties.x | tools[1].function.parameters.properties.x",
        "tools[1].name | tools[2].function.name", "json_schema | tools", "tool_choice | tool_choice"})
    void whatTheBackboneCantHoldToIsNamedInTheTermsOfTheRequest(String ofTheBackbone, String param) {
        mesh.backbone = (request, call, out) -> {
            throw new InvalidInput("Invalid '%s': no.".formatted(ofTheBackbone), ofTheBackbone);
        };
        var answer = mesh.client.post(CHAT, ordered("'a'", TOOLS));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("error").path("param").asText()).isEqualTo(param);
        assertThat(answer.json().path("error").path("message").asText())
                .isEqualTo("Invalid '%s': no.".formatted(param));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "'tool_choice':{'type':'function','function':{'name':'h'}} | tool_choice",
        "'tool_choice':{'type':'custom','custom':{'name':'c'}} | tool_choice.type",
        "'tool_choice':'always' | tool_choice", "'tool_choice':{'type':'function'} | tool_choice.function",
        "'tool_choice':'required','modalities':['text','image'] | modalities",
        "'parallel_tool_calls':'yes' | parallel_tool_calls"})
    void whatCanNotBeMeantIsRefused(String fields, String param) {
        var answer = mesh.client.post(CHAT, ordered("'a'", TOOLS, json(fields)));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(400);
        assertThat(answer.json().path("error").path("param").asText()).isEqualTo(param);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void cutInACallTheAnswerGoesOnElsewhere(int event) {
        mesh.serve("backbone", 2);
        mesh.describeFeatures("backbone", 2, Features.LOGPROBS, Features.JSON_SCHEMA, Features.TOOLS);
        mesh.backbone = mesh.diesBefore(event, mesh.stages::reason);
        var message = ask(CHAT, ordered(CALLS, TOOLS)).path("choices").path(0).path("message");
        assertThat(message.path("content").asText()).isEqualTo("well");
        assertThat(message.path("tool_calls").findValuesAsText("arguments")).containsExactly("{\"x\":1}", "{}");
    }
}
