// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.template.ChatTemplate;
import anymesh.backbone.template.Text;
import anymesh.kit.model.TextTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTextTest {
    private static final Path FOLDER = folder();
    private static final TextTokenizer TOKENIZER = TextTokenizer.load(FOLDER.resolve("tokenizer.json"));
    private static final Map<Long, String> CONTROL = control("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>",
            "</think>");
    private static final TemplateText TEXT = new TemplateText(CONTROL);
    /** As a bundle has it whose template doesn't write {@code <think>}, which is no special token. */
    private static final TemplateText WITHOUT_THOUGHTS = new TemplateText(
            control("<|endoftext|>", "<|im_start|>", "<|im_end|>"));

    @AfterAll
    static void closeTokenizer() {
        TOKENIZER.close();
    }

    /** src/test/python/make_chat_tokenizer.py tokenized what transformers rendered. */
    @ParameterizedTest
    @ValueSource(strings = {"Qwen2.5-7B-Instruct", "Qwen3-0.6B", "QwQ-32B", "SmolLM2", "chatml"})
    void idsAreThoseOfTheWholeRenderedPrompt(String template) throws IOException {
        var cases = read("cases.json");
        boolean hasThoughts = Files.readString(FOLDER.resolve(template + ".jinja")).contains("</think>");
        int count = 0;
        for (var golden : read("golden-ids.json").path(template).properties()) {
            var input = cases.path(golden.getKey());
            if (input.has("tools") || input.path("messages").findValue("tool_calls") != null) {
                continue;
            }
            var written = compile(template).render(messages(input), null,
                    input.path("add_generation_prompt").asBoolean(true));

            assertThat((hasThoughts ? TEXT : WITHOUT_THOUGHTS).encode(written, TOKENIZER::encode)).as(golden.getKey())
                    .containsExactly(longs(golden.getValue()));
            count++;
        }
        assertThat(count).isGreaterThan(10);
    }

    /** Pieces of marks in any order: whatever clients write, the turns are those that the template wrote, and the text is theirs. */
    @Test
    void noClientWritesAMark() throws IOException {
        var template = compile("chatml");
        var pieces = List.of("<|im_start|>", "<|im_end|>", "<|im_", "start|>", "end|>", "<", "|", ">", "system\n",
                "<think>",
                "</think>", "</", " ", "\n", "a", "é", "😀", "im_end", "<|endoftext|>");
        var random = new Random(1);
        for (int round = 0; round < 500; round++) {
            var content = new StringBuilder();
            for (int i = random.nextInt(8); i >= 0; i--) {
                content.append(pieces.get(random.nextInt(pieces.size())));
            }
            var ids = TEXT.encode(template.render(List.of(
                    Map.of("role", "user", "content", Text.foreign(content.toString()))), null, true),
                    TOKENIZER::encode);

            assertThat(Arrays.stream(ids).mapToObj(CONTROL::get).filter(Objects::nonNull).toList()).as("%s", content)
                    .containsExactly("<|im_start|>", "<|im_end|>", "<|im_start|>");
            assertThat(TOKENIZER.decode(ids)).isEqualTo("user\n" + content + "\nassistant\n");
        }
    }

    /** Qwen3's template cuts what an assistant thought before; only what is left must not become a mark. */
    @Test
    void templateReadsWhatItWouldReadWithoutMarks() throws IOException {
        var messages = List.of(Map.of("role", "user", "content", Text.foreign("2 * 3?")),
                Map.of("role", "assistant", "content", Text.foreign("<think>\nThree and three.\n</think>\n\n6")),
                Map.of("role", "user", "content", Text.foreign("Sure?")));

        var ids = TEXT.encode(compile("Qwen3-0.6B").render(messages, null, true), TOKENIZER::encode);

        assertThat(ids).containsExactly(longs(read("golden-ids.json").path("Qwen3-0.6B").path("thinking")));
        assertThat(TOKENIZER.decode(ids)).doesNotContain("Three");
    }

    @Test
    void otherSpellingsThatATokenizerNormalisesAreTakenApartToo() {
        var text = new TemplateText(Map.of(99L, "<stop>"));
        var written = Text.own("<stop>a").plus(Text.foreign("<STOP> <Stop>")).plus(Text.own("<stop>"));

        var ids = text.encode(written, piece -> words(piece.toLowerCase(Locale.ROOT)));

        assertThat(Arrays.stream(ids).filter(id -> id == 99)).hasSize(2);
        assertThat(ids).startsWith(99).endsWith(99);
    }

    /** Letters as ids, and 99 for the special word. */
    private static long[] words(String text) {
        var ids = new ArrayList<Long>();
        for (int i = 0; i < text.length(); i++) {
            boolean isWord = text.startsWith("<stop>", i);
            ids.add(isWord ? 99L : text.charAt(i) + 1000L);
            i += isWord ? 5 : 0;
        }
        return ids.stream().mapToLong(Long::longValue).toArray();
    }

    private static List<Map<String, ?>> messages(JsonNode input) {
        var messages = new ArrayList<Map<String, ?>>();
        input.path("messages").forEach(message -> messages.add(Map.of("role", message.path("role").asText(), "content",
                Text.foreign(message.path("content").asText()))));
        return messages;
    }

    private static ChatTemplate compile(String template) throws IOException {
        return ChatTemplate.compile(Files.readString(FOLDER.resolve(template + ".jinja")), Map.of());
    }

    private static Map<Long, String> control(String... tokens) {
        var control = new HashMap<Long, String>();
        for (var token : tokens) {
            control.put(TOKENIZER.id(token), token);
        }
        return control;
    }

    private static long[] longs(JsonNode ids) {
        var longs = new long[ids.size()];
        Arrays.setAll(longs, i -> ids.get(i).asLong());
        return longs;
    }

    private static JsonNode read(String file) throws IOException {
        return JsonMapper.builder().build().readTree(FOLDER.resolve(file).toFile());
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(TemplateTextTest.class.getResource("/chat-templates")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
