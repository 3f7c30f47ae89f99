// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.kit.model.BundleException;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A folder of templates, and what src/test/python/make_chat_templates.py says that transformers makes of them. */
final class GoldenTemplates {
    /** The script's, which stands still. */
    static final Clock CLOCK = Clock.fixed(LocalDateTime.of(2026, 2, 9, 8, 5, 3).toInstant(ZoneOffset.UTC),
            ZoneOffset.UTC);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;
    private final JsonNode cases;
    private final JsonNode golden;

    GoldenTemplates(Path folder) {
        this.folder = folder;
        this.cases = read("cases.json");
        this.golden = read("golden.json");
    }

    /** One template and one conversation. */
    record Case(String template, String name, String source, JsonNode input, JsonNode expected,
            Map<String, ?> variables) {

        @Override
        public String toString() {
            return template + ", " + name;
        }

        /** As the script writes it down. */
        String rendered() {
            List<Map<String, Object>> messages = JSON.convertValue(input.path("messages"), new TypeReference<>() {
            });
            List<Object> tools = JSON.convertValue(input.get("tools"), new TypeReference<>() {
            });
            try {
                return "text: " + ChatTemplate.compile(source, variables, CLOCK).render(messages, tools,
                        input.path("add_generation_prompt").asBoolean(true));
            } catch (InvalidInput e) {
                return "raised: " + e.getMessage();
            } catch (BundleException e) {
                return "fault: " + e.getMessage();
            }
        }

        String wanted() {
            var kind = List.of("text", "raised", "fault").stream().filter(expected::has).findFirst().orElseThrow();
            return kind + ": " + expected.path(kind).asText();
        }

        boolean isFault() {
            return expected.has("fault");
        }
    }

    List<Case> cases() {
        Map<String, Object> variables = JSON.convertValue(golden.path("variables"), new TypeReference<>() {
        });
        var all = new ArrayList<Case>();
        golden.path("rendered").properties().forEach(template -> template.getValue().properties().forEach(
                entry -> all.add(new Case(template.getKey(), entry.getKey(), source(template.getKey()),
                        cases.path(entry.getKey()), entry.getValue(), variables))));
        return all;
    }

    /** The small templates. */
    List<Case> expressions() {
        var small = read("golden-expressions.json");
        Map<String, Object> values = JSON.convertValue(small.path("values"), new TypeReference<>() {
        });
        var all = new ArrayList<Case>();
        small.path("rendered").forEach(entry -> all.add(new Case("", entry.path("template").asText(),
                entry.path("template").asText(), JSON.createObjectNode().set("messages", JSON.createArrayNode()), entry,
                values)));
        return all;
    }

    private String source(String template) {
        try {
            return Files.readString(folder.resolve(template + ".jinja"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode read(String file) {
        try {
            return JSON.readTree(folder.resolve(file).toFile());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
