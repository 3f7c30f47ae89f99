// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.ToolCall;
import anymesh.v1.Turn;
import anymesh.wire.call.CallContext;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tools, calls and what they brought, as a chat template has them. */
class TemplatedCallsTest {
    private static final CallContext CALL = CallContext.start("test", null, Duration.ofMinutes(1));
    private static final String TEMPLATE = "{% if tools %}{{ tools[0]|tojson }}{% endif %}{% for m in messages %}"
            + "{{ '<|user|>' ~ m.role ~ ':' ~ m.content }}{% for c in m.tool_calls or [] %}"
            + "{{ '{' ~ c.id ~ ' ' ~ c.function.name ~ c.function.arguments|tojson ~ '}' }}{% endfor %}"
            + "{% if m.role == 'tool' %}{{ '@' ~ m.tool_call_id ~ '/' ~ m.name }}{% endif %}{% endfor %}";

    @TempDir
    private Path folder;

    private String written(String template, List<Turn> turns, JsonNode... functions) throws IOException {
        TinyBackbone.copyTemplated(folder, template);
        try (var bundle = BackboneBundle.load(folder)) {
            var ids = new PromptBuilder(bundle).build(turns, List.of(functions), List.of(), CALL).ids();
            var control = Arrays.stream(ids).filter(bundle.prompt().control()::containsKey).count();
            return bundle.tokenizer().decode(ids) + " " + control;
        }
    }

    private static JsonNode json(String apostrophes) throws JsonProcessingException {
        return JsonMapper.builder().build().readTree(apostrophes.replace('\'', '"'));
    }

    private static Turn turn(Role role, String text) {
        return Turn.newBuilder().setRole(role).addParts(Part.newBuilder().setText(text)).build();
    }

    private static Turn called(String id, String arguments) {
        return Turn.newBuilder().setRole(Role.ASSISTANT)
                .addCalls(ToolCall.newBuilder().setId(id).setName("f").setArguments(arguments)).build();
    }

    private static Turn brought(String id, String text) {
        return turn(Role.TOOL, text).toBuilder().setCallId(id).build();
    }

    @Test
    void callsAndWhatTheyBroughtBelongTogether() throws IOException {
        assertThat(written(TEMPLATE, List.of(turn(Role.USER, "a"), called("x1", "{\"b\":[1, null, true]}"),
                brought("x1", "r"))))
                .isEqualTo("user:aassistant:{x1 f{\"b\": [1, null, true]}}tool:r@x1/f 3");
    }

    @Test
    void argumentsThatAreNoObjectAreAText() throws IOException {
        assertThat(written(TEMPLATE, List.of(called("x1", "{\"b\":")))).isEqualTo("assistant:{x1 f\"{\\\"b\\\":\"} 1");
    }

    @Test
    void toolsAreWrittenInTheirOrderAndSpellNoSpecialToken() throws IOException {
        assertThat(written(TEMPLATE, List.of(turn(Role.USER, "a")),
                json("{'name':'f','description':'<|end|>','parameters':{'<|end|>':1.5,'a':{}}}")))
                .isEqualTo("{\"type\": \"function\", \"function\": {\"name\": \"f\", \"description\": \"<|end|>\", "
                        + "\"parameters\": {\"<|end|>\": 1.5, \"a\": {}}}}user:a 1");
    }

    @Test
    void idsAreShortWhereTheTemplateTakesNoOthers() throws IOException {
        var strict = "{% for m in messages %}{% for c in m.tool_calls or [] %}{% if c.id|length != 9 %}"
                + "{{ raise_exception('nine') }}{% endif %}{{ '[' ~ c.id ~ ' {\"name\": \"' ~ c.function.name ~ '\", \"arguments\": ' "
                + "~ c.function.arguments|tojson ~ '}]' }}{% endfor %}{{ m.content }}"
                + "{% if m.role == 'tool' %}{{ m.tool_call_id }}{% endif %}{% endfor %}";
        var plain = strict.replace("'[' ~ c.id ~ ' {", "'[{");
        assertThat(written(plain, List.of(turn(Role.USER, "a"), called("call_long", "{}"), called("call_other", "{}"),
                brought("call_other", "r"))))
                .isEqualTo("a[{\"name\": \"f\", \"arguments\": {}}][{\"name\": \"f\", \"arguments\": {}}]r000000002 0");
    }
}
