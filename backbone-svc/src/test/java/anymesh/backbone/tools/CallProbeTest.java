// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.tools;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.template.ChatTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How calls are written, found in the templates of published models. */
class CallProbeTest {
    private static final Path TEMPLATES = Path.of("src/test/resources/chat-templates");
    private static final List<String> ENDS = List.of("</s>", "<|im_end|>", "<|end_of_text|>", "<|call|>",
            "<|assistant_end|>", "<｜end▁of▁sentence｜>");

    private static Optional<CallFormat> find(String source) {
        return CallProbe.find(ChatTemplate.compile(source, Map.of("bos_token", "<s>", "eos_token", "</s>")), false,
                ENDS, List.of("<|im_start|>", "[TOOL_CALLS]", "[/INST]"));
    }

    private static Optional<CallFormat> ofTemplate(String name) throws IOException {
        return find(Files.readString(TEMPLATES.resolve(name + ".jinja")));
    }

    /** In the table, | is a line break and _ stands for nothing. */
    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', textBlock = """
            Qwen2.5-7B-Instruct; <tool_call>|{"name": "; ", "arguments": ; }|</tool_call>|<tool_call>|{"name": "; }|</tool_call>; false
            Qwen3-0.6B; <tool_call>|{"name": "; ", "arguments": ; }|</tool_call>|<tool_call>|{"name": "; }|</tool_call>; false
            granite-4.0; <tool_call>|{"name": "; ", "arguments": ; }|</tool_call>|<tool_call>|{"name": "; }|</tool_call>; false
            Mistral-7B-v0.3; [TOOL_CALLS] [{"name": "; ", "arguments": ; }, {"name": "; }]; true
            Mistral-Nemo-Instruct-2407; [TOOL_CALLS][{"name": "; ", "arguments": ; }, {"name": "; }]; true
            Ministral-3-14B-Reasoning-2512; [TOOL_CALLS]; [ARGS]; [TOOL_CALLS]; _; false
            Apertus-8B-Instruct; <|tools_prefix|>[{"; ": ; }, {"; }]<|tools_suffix|>; false
            DeepSeek-V3.1; <｜tool▁calls▁begin｜><｜tool▁call▁begin｜>; <｜tool▁sep｜>; <｜tool▁call▁end｜><｜tool▁call▁begin｜>; <｜tool▁call▁end｜><｜tool▁calls▁end｜>; false
            gpt-oss-120b; ` to=functions.`; <|channel|>commentary json<|message|>; _; _; false
            """)
    void isAsTheTemplateShowsIt(String template, String opening, String middle, String between, String closing,
            boolean hasShortIds) throws IOException {
        assertThat(ofTemplate(template)).contains(new CallFormat(unfolded(opening), spaced(middle),
                between.equals("_") ? null : unfolded(between), unfolded(closing), hasShortIds));
    }

    private static String unfolded(String text) {
        return text.equals("_") ? "" : text.replace('|', '\n').replace("<\n", "<|").replace("\n>", "|>");
    }

    /** A table's cells have no blanks at their ends. */
    private static String spaced(String middle) {
        return unfolded(middle) + (middle.endsWith(":") ? " " : "");
    }

    /** Templates that show none, or none as JSON, or with ids that the model would have to make up. */
    @ParameterizedTest
    @ValueSource(strings = {"SmolLM2", "chatml", "phi-4", "Phi-3.5-mini-instruct", "GLM-4.6", "Qwen3-Coder",
        "Mistral-Small-3.2-24B-Instruct-2506", "zephyr-TinyLlama"})
    void isNothingWhereThereIsNoSuchForm(String template) throws IOException {
        assertThat(ofTemplate(template)).isEmpty();
    }

    @Test
    void whoeverTakesOneCallAtOnceHasNothingBetween() {
        assertThat(
                find("""
                        {%- for m in messages %}{%- if m.tool_calls %}
                        {%- if m.tool_calls | length != 1 %}{{ raise_exception('one at once') }}{% endif %}
                        {%- set f = m.tool_calls[0].function %}
                        {{- '<|im_start|>assistant\\n{"name": "' + f.name + '", "parameters": ' + f.arguments | tojson + '}<|im_end|>' }}
                        {%- else %}{{- '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' }}{% endif %}{% endfor %}
                        {%- if add_generation_prompt %}<|im_start|>assistant
                        {% endif %}"""))
                .contains(new CallFormat("{\"name\": \"", "\", \"parameters\": ", null, "}", false));
    }
}
