// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.decode;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.v1.Part;
import anymesh.v1.Representation;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatCompletionsTest {
    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private JsonNode ask(String body) {
        var answer = mesh.client.post(CHAT, body);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json();
    }

    private static JsonNode message(JsonNode answer) {
        return answer.path("choices").path(0).path("message");
    }

    @Test
    void textAloneIsOpenAisAnswerWithoutParts() {
        var answer = ask(chat("'Hello'"));
        assertThat(answer.path("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.path("model").asText()).isEqualTo("toyworld");
        assertThat(answer.path("system_fingerprint").asText()).isEqualTo("toyworld@1.0.0");
        assertThat(message(answer).path("role").asText()).isEqualTo("assistant");
        assertThat(message(answer).path("content").asText()).isEqualTo("Hello");
        assertThat(message(answer).has("parts")).isFalse();
        assertThat(answer.path("choices").path(0).path("finish_reason").asText()).isEqualTo("stop");
    }

    @Test
    void partsKeepTheOrderOfTheTokensThatAskedForThem() {
        var message = message(ask(chat("'one |image|two|image|image|three'", "'seed':40")));
        assertThat(message.path("content").asText()).isEqualTo("one two three");
        assertThat(message.path("parts").findValuesAsText("type"))
                .containsExactly("text", "image_url", "text", "image_url", "image_url", "text");
        assertThat(message.path("parts").findValuesAsText("url").stream().map(TestingClient::decode))
                .containsExactly("PIC:11:40", "PIC:21:41", "PIC:31:42");
        assertThat(message.path("parts").path(2).path("text").asText()).isEqualTo("two");
    }

    @Test
    void picturesAloneHaveNoContent() {
        var message = message(ask(chat("'image'")));
        assertThat(message.path("content").isNull()).isTrue();
        assertThat(message.path("parts")).hasSize(1);
    }

    @Test
    void aPictureFromAPictureTakesAllFiveHopsAndEachIsAccountedFor() {
        var answer = ask(chat("[{'type':'text','text':'look|image'}," + picture("PICTURE") + "]"));
        assertThat(message(answer).path("content").asText()).isEqualTo("14");
        var usage = answer.path("usage");
        assertThat(usage.path("prompt_tokens").asInt()).isEqualTo(7);
        assertThat(usage.path("completion_tokens").asInt()).isEqualTo(2);
        assertThat(usage.path("total_tokens").asInt()).isEqualTo(9);
        assertThat(usage.path("stages").findValuesAsText("stage")).containsExactlyInAnyOrder("encoder",
                "input-projector", "backbone", "output-projector", "generator-image");
        for (JsonNode stage : usage.path("stages")) {
            assertThat(stage.path("queue_milliseconds").asDouble()).isEqualTo(1.5);
            assertThat(stage.path("inference_milliseconds").asDouble()).isEqualTo(2.5);
            assertThat(stage.path("milliseconds").asDouble()).isPositive();
            assertThat(stage.path("bytes").asLong()).isPositive();
            assertThat(stage.path("version").asText()).isEqualTo("1.0.0");
        }
        assertThat(answer.path("anymesh").path("route").findValuesAsText("instance")).containsExactlyInAnyOrder(
                "encoder-1", "input-projector-1", "backbone-1", "output-projector-1", "generator-image-1");
    }

    @Test
    void picturesOfTheWholeConversationReachTheirPlaces() {
        var body = json("{'model':'toyworld','messages':[{'role':'developer','content':'be brief'},"
                + "{'role':'user','content':[" + picture("PIC1") + "," + picture("PIC22") + "]},"
                + "{'role':'assistant','content':'Two.'},"
                + "{'role':'user','content':[" + picture("PIC333") + ",{'type':'text','text':'look'}]}]}");
        assertThat(message(ask(body)).path("content").asText()).isEqualTo("8,10,12");
    }

    @Test
    void anEncoderIsAskedForTheRepresentationThatTheProjectorTakes() {
        var asked = new ArrayList<Representation>();
        mesh.encoder = (request, call, out) -> {
            asked.add(request.header().getRepresentation());
            mesh.stages.encode(request, call, out);
        };
        var image = Capability.newBuilder().setModality(Modality.IMAGE);
        mesh.describe("encoder", image.clone().addProduces("toy-image").addProduces("toy-joint").addJoint("toy-joint")
                .build());
        ask(chat("[{'type':'text','text':'look'}," + picture("PICTURE") + "]"));
        mesh.describe("input-projector", image.clone().addAccepts("toy-joint").addProduces("toy-llm").build());
        ask(chat("[{'type':'text','text':'look'}," + picture("PICTURE") + "]"));
        assertThat(asked).containsExactly(Representation.FEATURES, Representation.JOINT_EMBEDDING);
    }

    @Test
    void anAnswerMayBeSentBackAsItCame() {
        var message = message(ask(chat("'here: |image| done'", "'seed':0"))).toString();
        var back = "{'model':'toyworld','messages':[{'role':'user','content':'draw'},MESSAGE,"
                + "{'role':'user','content':'echo|/|look'}]}";
        var answer = ask(json(back).replace("MESSAGE", message));
        assertThat(message(answer).path("content").asText())
                .isEqualTo("here: ,<media>, done/" + 2 * "PIC:11:0".length());
    }

    @Test
    void partsOfAnAnswerMayBeItsContentInTheNextTurn() {
        var parts = message(ask(chat("'here: |image'"))).path("parts").toString();
        var back = "{'model':'toyworld','messages':[{'role':'assistant','content':PARTS},"
                + "{'role':'user','content':'echo'}]}";
        assertThat(message(ask(json(back).replace("PARTS", parts))).path("content").asText())
                .isEqualTo("here: ,<media>");
    }

    @Test
    void runningOutOfTokensIsSaid() {
        assertThat(ask(chat("'long'")).path("choices").path(0).path("finish_reason").asText()).isEqualTo("length");
    }

    @Test
    void fieldsOfOtherServersAreIgnored() {
        ask(chat("'Hello'",
                json("'user':'u','logit_bias':{},'presence_penalty':0,'top_k':20,'metadata':{'a':'b'},'store':false,"
                        + "'parallel_tool_calls':true,'service_tier':'auto','temperature':null,'stop':null,'n':1")));
    }

    /** As agents and web front ends ask, whatever they want to know. */
    @ParameterizedTest
    @ValueSource(strings = {"'tools':TOOLS", "'tools':TOOLS,'tool_choice':'auto','parallel_tool_calls':false",
        "'tools':TOOLS,'tool_choice':'none'", "'tools':[]", "'functions':[{'name':'f','parameters':{}}]",
        "'functions':[{'name':'f'}],'function_call':'auto'"})
    void toolsMayBeOfferedAndTheAnswerIsText(String fields) {
        var tools = "[{'type':'function','function':{'name':'f','description':'d','parameters':{'type':'object',"
                + "'properties':{}},'strict':true}},{'type':'custom','custom':{'name':'g'}}]";
        var choice = ask(chat("'Hello'", json(fields.replace("TOOLS", tools)))).path("choices").path(0);
        assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
        assertThat(choice.path("message").path("content").asText()).isEqualTo("Hello");
        assertThat(choice.path("message").has("tool_calls")).isFalse();
    }

    @Test
    void whatAToolWasAskedAndSaidIsReadAsTextAndAnEmptyTurnOfTheAssistantIsNone() {
        var turns = new AtomicReference<String>("");
        mesh.backbone = (request, call, out) -> {
            turns.set(request.header().getTurnsList().stream().map(turn -> turn.getRole() + ":" + turn.getPartsList()
                    .stream().map(Part::getText).collect(Collectors.joining("+"))).collect(Collectors.joining(" / ")));
            mesh.stages.reason(request, call, out);
        };
        ask(json("{'model':'toyworld','messages':[{'role':'user','content':'hi'},"
                + "{'role':'assistant','content':null,'tool_calls':[{'id':'c','type':'function','function':"
                + "{'name':'f','arguments':'{}'}}]},{'role':'tool','tool_call_id':'c','content':[{'type':'text','text':'42'}]},"
                + "{'role':'assistant'},{'role':'assistant','content':[]},{'role':'assistant','content':null,'refusal':'no'},"
                + "{'role':'function','name':'g','content':''},{'role':'user','content':'go on'}]}"));
        assertThat(turns.get()).isEqualTo("USER:hi / ASSISTANT: f({}) / USER:42 / ASSISTANT:no / USER:go on");
    }

    @Test
    void optionsReachTheBackbone() {
        var seen = new AtomicReference<String>("");
        mesh.backbone = (request, call, out) -> {
            var sampling = request.header().getSampling();
            seen.set(sampling.getTemperature() + " " + sampling.getTopP() + " " + sampling.getSeed() + " "
                    + sampling.getMaxTokens() + " " + sampling.getStopList() + " "
                    + request.header().getModalitiesList());
            mesh.stages.reason(request, call, out);
        };
        ask(chat("'Hello'", json("'temperature':0.5,'top_p':0.25,'seed':9,'max_tokens':3,'max_completion_tokens':4,"
                + "'stop':['a','b'],'modalities':['text','image']")));
        assertThat(seen.get()).isEqualTo("0.5 0.25 9 4 [a, b] [TEXT, IMAGE]");
    }

    @Test
    void manyAtOnceNeverMix() {
        var answers = IntStream.range(0, 64).parallel()
                .mapToObj(i -> message(ask(chat("'n" + i + " |image'", "'seed':" + i))))
                .map(message -> message.path("content").asText() + decode(message.findValue("url").asText()))
                .toList();
        assertThat(answers).isEqualTo(
                IntStream.range(0, 64).mapToObj(i -> "n" + i + " PIC:11:" + i).toList());
    }

    @Test
    void theRequestIdIsHonouredAndReturned() {
        var seen = new CopyOnWriteArrayList<String>();
        mesh.backbone = (request, call, out) -> {
            seen.add(call.requestId());
            seen.add(call.traceparent().substring(3, 35));
            mesh.stages.reason(request, call, out);
        };
        var trace = "0af7651916cd43dd8448eb211c80319c";
        var answer = mesh.client.send(mesh.client.request(CHAT).header("x-request-id", "mine-1")
                .header("traceparent", "00-" + trace + "-b7ad6b7169203331-01")
                .POST(BodyPublishers.ofString(json(chat("'Hello'")))).build());
        assertThat(answer.header("x-request-id")).isEqualTo("mine-1");
        assertThat(seen).isEqualTo(List.of("mine-1", trace));
    }
}
