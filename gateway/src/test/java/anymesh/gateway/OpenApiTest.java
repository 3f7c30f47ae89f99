// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.RESPONSES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.TestingClient.Answer;
import anymesh.v1.Modality;
import anymesh.wire.Features;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API reference against what is really served. */
class OpenApiTest {
    private static final Path WHOLE = Path.of("src/main/resources/anymesh/gateway/docs/openapi.yaml");

    @TempDir
    Path folder;

    private TestingMesh mesh;
    private JsonNode document;

    @BeforeEach
    void start() {
        mesh = new TestingMesh(TestingMesh.config().withJobs(VideosTest.jobs(folder, 1)), Modality.IMAGE,
                Modality.AUDIO, Modality.VIDEO);
        mesh.describeSeconds("generator-video", 2);
        document = mesh.client.get("/openapi.json").json();
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static Set<String> methods(JsonNode path) {
        var methods = new TreeSet<String>();
        path.fieldNames().forEachRemaining(name -> methods.add(name.toUpperCase(Locale.ROOT)));
        return methods;
    }

    @Test
    void theWholeOfItIsServed() throws IOException {
        assertThat(document).isEqualTo(new YAMLMapper().readTree(WHOLE.toFile()));
    }

    @Test
    void itsMethodsAreThoseThatAPathAllows() {
        assertThat(document.path("paths").properties()).hasSizeGreaterThan(15).allSatisfy(path -> {
            var asked = mesh.client.send(mesh.client.request(path.getKey().replace("{id}", "some"))
                    .method("OPTIONS", BodyPublishers.noBody()).build());
            assertThat(asked.status()).as(path.getKey()).isEqualTo(204);
            var allowed = Arrays.stream(asked.header("allow").split(", "))
                    .filter(method -> !Set.of("HEAD", "OPTIONS").contains(method)).collect(Collectors.toSet());
            assertThat(methods(path.getValue())).as(path.getKey()).isEqualTo(allowed);
        });
    }

    @Test
    void everyOperationHasItsNameAndItsErrors() {
        var names = document.path("paths").findValuesAsText("operationId");
        assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(20);
        document.path("paths").forEach(path -> path.forEach(operation -> {
            assertThat(names).contains(operation.path("operationId").asText());
            assertThat(operation.path("responses").has("200")).as(operation.path("operationId").asText()).isTrue();
        }));
    }

    /** What is wrong with an answer, as its schema has it. */
    private List<String> faults(String schema, JsonNode answer) {
        ObjectNode root = document.deepCopy();
        root.put("$ref", "#/components/schemas/" + schema);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root).validate(answer).stream()
                .map(Object::toString).toList();
    }

    private void assertIs(String schema, Answer answer, int status) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(faults(schema, answer.json())).as(answer.response().body()).isEmpty();
    }

    @Test
    void answersAreAsItSays() {
        assertIs("ChatCompletion",
                mesh.client.post(CHAT, chat("'a|image|b|audio'", "'modalities':['text','image','audio']")),
                200);
        assertIs("ChatCompletion", mesh.client.post(CHAT, chat("'Hello'", "'n':2")), 200);
        mesh.describeFeatures(Features.LOGPROBS, Features.JSON_SCHEMA);
        assertIs("ChatCompletion", mesh.client.post(CHAT, chat("'a'", "'logprobs':true", "'top_logprobs':3")), 200);
        assertIs("Response", mesh.client.post(RESPONSES, json("{'model':'toyworld','input':'a','top_logprobs':3,"
                + "'include':['message.output_text.logprobs'],'text':{'format':{'type':'json_schema','name':'n',"
                + "'schema':{'type':'string'}}}}")), 200);
        assertIs("Response", mesh.client.post(RESPONSES, json("{'model':'toyworld','input':'a|image|long',"
                + "'tools':[{'type':'image_generation'}],'metadata':{'a':'b'},'temperature':0.5}")), 200);
        assertIs("Images", mesh.client.post(IMAGES, json("{'prompt':'a red bell','n':2}")), 200);
        assertIs("Video", mesh.client.post("/v1/videos", json("{'prompt':'a|video'}")), 200);
        assertIs("VideoList", mesh.client.get("/v1/videos"), 200);
        assertIs("File", mesh.client.postForm("/v1/files", "purpose", "vision", "@file", "PIC a"), 200);
        assertIs("FileList", mesh.client.get("/v1/files"), 200);
        assertIs("Images", mesh.client.post(IMAGES, json("{'prompt':'a red bell','response_format':'url'}")), 200);
        assertIs("Model", mesh.client.get("/v1/models/toyworld"), 200);
        assertIs("Mesh", mesh.client.get("/mesh"), 200);
        assertIs("Error", mesh.client.get("/v1/models/nobody"), 404);
        assertIs("Error", mesh.client.post(CHAT, chat("'Hello'", "'n':9")), 400);
    }

    @Test
    void eventsAreAsItSays() {
        var chunks = mesh.client
                .events(chat("'a|image|b'", "'stream':true", "'stream_options':{'include_usage':true}"));
        assertThat(chunks.subList(0, chunks.size() - 1)).hasSizeGreaterThan(5)
                .allSatisfy(chunk -> assertThat(faults("ChatCompletionChunk", TestingClient.parse(chunk))).as(chunk)
                        .isEmpty());
        for (var orders : List.of("a|image|b", "a|long", "a|broken")) {
            assertThat(mesh.client.events(RESPONSES, json("{'model':'toyworld','input':'" + orders
                    + "','stream':true,'tools':[{'type':'image_generation','partial_images':2}]}")))
                    .hasSizeGreaterThan(5).allSatisfy(
                            event -> assertThat(faults("ResponseEvent", TestingClient.parse(event))).as(event)
                                    .isEmpty());
        }
        assertThat(mesh.client.events(IMAGES, json("{'prompt':'a red bell','stream':true}"))).isNotEmpty()
                .allSatisfy(event -> assertThat(faults("ImageEvent", TestingClient.parse(event))).as(event).isEmpty());
    }

    @Test
    void requestsThatAreServedAreAsItSays() {
        for (var content : List.of("'Hello'", "[{'type':'text','text':'a'}]",
                "[" + TestingClient.picture("PIC a") + "]")) {
            var body = chat(content);
            assertThat(mesh.client.post(CHAT, body).status()).as(body).isEqualTo(200);
            assertThat(faults("ChatRequest", TestingClient.parse(body))).as(body).isEmpty();
        }
        assertThat(faults("ChatRequest", TestingClient.parse(chat("[{'type':'file','file':{'file_id':'file-1'}}]"))))
                .isEmpty();
        var wrong = chat("[{'type':'hologram'}]");
        assertThat(mesh.client.post(CHAT, wrong).status()).isEqualTo(400);
        assertThat(faults("ChatRequest", TestingClient.parse(wrong))).isNotEmpty();
    }

    @Test
    void thePageIsServedFromHereAlone() {
        var page = mesh.client.get("/docs");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("content-security-policy")).startsWith("default-src 'none'; script-src 'self';");
        assertThat(page.response().body()).doesNotContain("http:", "https:");
        for (var file : List.of("docs.js", "docs.css", "swagger-ui.css", "swagger-ui-bundle.js")) {
            assertThat(mesh.client.get("/docs/" + file).status()).as(file).isEqualTo(200);
            assertThat(page.response().body()).contains("docs/" + file);
        }
        assertThat(mesh.client.get("/docs/openapi.yaml").status()).isEqualTo(404);
    }
}
