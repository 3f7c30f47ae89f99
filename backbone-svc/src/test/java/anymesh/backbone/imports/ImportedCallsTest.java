// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.ServedBackbone;
import anymesh.kit.batch.BatchPolicy;
import anymesh.v1.BackboneRequest;
import anymesh.v1.FinishReason;
import anymesh.v1.Sampling;
import anymesh.v1.Tool;
import anymesh.v1.ToolChoice;
import anymesh.v1.ToolOptions;
import anymesh.wire.error.InvalidInput;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model as it was exported calls tools as its chat template shows them. */
class ImportedCallsTest {
    private static final String FUNCTION = """
            {"name": "turn", "description": "Turns a lamp.", "strict": true, "parameters": {"type": "object",
             "properties": {"on": {"type": "boolean"}, "lamp": {"enum": ["red", "blue"]}}, "required": ["on", "lamp"],
             "additionalProperties": false}}""";

    @TempDir
    private Path folder;

    private ServedBackbone imported(String template) throws Exception {
        var file = Path.of("src/test/resources/chat-templates", template);
        LanguageModelImport
                .run(new ImportRequest(llama(), folder.resolve("llama"), "llama", "1.0.0", "Apache-2.0", file,
                        null, false));
        return ServedBackbone.start(folder.resolve("llama"), new BatchPolicy(64, 4));
    }

    private static Path llama() throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ImportedCallsTest.class.getResource("/zoo/llama")).toURI());
    }

    private static BackboneRequest.Builder ask(String function) {
        return ServedBackbone.ask("Turn on the light")
                .setSampling(Sampling.newBuilder().setTemperature(1).setSeed(7).setMaxTokens(300))
                .setTools(ToolOptions.newBuilder().setChoice(ToolChoice.REQUIRED).setSingle(true)
                        .addTools(Tool.newBuilder().setFunction(function)));
    }

    @Test
    void callIsOfTheFunctionAndItsParameters() throws Exception {
        try (var backbone = imported("Qwen2.5-7B-Instruct.jinja")) {
            assertThat(backbone.description().getFeaturesList()).contains("tools", "json_schema");
            var answer = backbone.send(ask(FUNCTION));
            assertThat(answer.finished().getReason()).isEqualTo(FinishReason.TOOL_CALLS);
            assertThat(String.join("", answer.parts()).replaceAll("\\s", ""))
                    .matches("<turn>\\{\"on\":(true|false),\"lamp\":\"(red|blue)\"}");
        }
    }

    @Test
    void whatCanNotBeEnforcedIsRefusedByItsPlace() throws Exception {
        try (var backbone = imported("Qwen2.5-7B-Instruct.jinja")) {
            var pattern = FUNCTION.replace("\"enum\"", "\"pattern\": \"r.*\", \"enum\"");
            var auto = ask(pattern);
            auto.getToolsBuilder().setChoice(ToolChoice.AUTO);
            assertThat(backbone.send(auto).error()).as("before there is an answer").isInstanceOf(InvalidInput.class);
            assertThat(backbone.send(ask(pattern)).error()).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param())
                            .isEqualTo("tools[0].parameters.properties.lamp.pattern"));
            assertThat(backbone.send(ask("{\"name\": \"a b\"}")).error()).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("tools[0].name"));
        }
    }

    @Test
    void whereTheTemplateShowsNoneToolsAreRefused() throws Exception {
        try (var backbone = imported("chatml.jinja")) {
            assertThat(backbone.description().getFeaturesList()).doesNotContain("tools").contains("json_schema");
            assertThat(backbone.send(ask(FUNCTION)).error()).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("tools"));
        }
    }
}
