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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model as it was exported calls tools as its chat template shows them. */
class ImportedCallsTest {
    private static final String FUNCTION = """
            {"name": "turn", "description": "Turns a lamp.", "strict": true, "parameters": {"type": "object",
             "properties": {"on": {"type": "boolean"}, "lamp": {"enum": ["red", "blue"]}}, "required": ["on", "lamp"],
             "additionalProperties": false}}""";

    private static final String DRAFTED = "anymesh_backbone_draft_tokens_total{kind=\"drafted\"}";

    @TempDir
    private Path folder;

    private ServedBackbone imported(String template) throws Exception {
        return imported(template, null);
    }

    private ServedBackbone imported(String template, @Nullable Path draft) throws Exception {
        var file = Path.of("src/test/resources/chat-templates", template);
        var target = folder.resolve(draft == null ? "llama" : "drafted");
        LanguageModelImport.run(new ImportRequest(zoo("llama"), target, "llama", "1.0.0", "Apache-2.0", file, null,
                false, null, draft, null));
        return ServedBackbone.start(target, new BatchPolicy(64, 4));
    }

    private static Path zoo(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ImportedCallsTest.class.getResource("/zoo/" + name)).toURI());
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

    /** What is guessed is held to the call's form too, and counted. */
    @Test
    void aDraftThatGuessesAheadChangesNoCall() throws Exception {
        var written = new ArrayList<List<String>>();
        try (var plain = imported("Qwen2.5-7B-Instruct.jinja");
                var drafted = imported("Qwen2.5-7B-Instruct.jinja", zoo("llama-int4"))) {
            double before = drafted.metric(DRAFTED);
            for (int seed = 1; seed <= 5; seed++) {
                var ask = ask(FUNCTION);
                ask.getSamplingBuilder().setSeed(seed);
                var answer = drafted.send(ask);
                assertThat(answer.finished().getReason()).isEqualTo(FinishReason.TOOL_CALLS);
                assertThat(answer.parts()).isEqualTo(plain.send(ask).parts());
                written.add(answer.parts());
            }
            assertThat(drafted.metric(DRAFTED)).isGreaterThan(before);
            assertThat(drafted.metric(DRAFTED.replace("drafted", "accepted"))).isPositive()
                    .isLessThan(drafted.metric(DRAFTED));
        }
        assertThat(written.stream().distinct()).hasSizeGreaterThan(1);
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
