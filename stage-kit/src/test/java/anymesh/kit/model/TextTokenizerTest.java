// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.call.CallContext;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** With the tokenizers that src/test/resources/tokenizers/make.py makes, and the built-in one. */
class TextTokenizerTest {
    /** What normalizers join, drop and take apart, what vocabularies do not know, and what is split or spelled out. */
    private static final List<String> PIECES = List.of("a", "red", " ", "   ", "\n", "\t", "\u00A0", "e\u0301",
            "\u0301", "u\u0308\u0304", "\u1112\u1161\u11AB", "한", "ｶﾞ", "が", "か\u3099", "ﬁ", "ﷺ", "①", "Å", "Ａ",
            "ß", "東京", "👩‍🚀", "\u200B", "\u0000", "\u00AD", "İ", "''", "``", "!", "...", "<|endoftext|>", "<mask>",
            "<0x0A>", "▁", "\u09C7\u09BE", "\uD83D\uDE00", "\u0345\u0300", "1234", "\uFFFD", "</s>");

    private static Path file(String name) {
        try {
            var resource = TextTokenizerTest.class.getResource("/tokenizers/" + name + ".json");
            return Path.of(Objects.requireNonNull(resource, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "llama", "compatible", "bytes_and_blanks", "toyworld"})
    void noTextHasFewerTokensThanItsLengthTells(String name) {
        var path = name.equals("toyworld")
                ? Path.of(System.getProperty("anymesh.root"), "models/toyworld/backbone/tokenizer.json")
                : file(name);
        var random = new Random(7);
        try (var tokenizer = TextTokenizer.load(path)) {
            for (int round = 0; round < 2000; round++) {
                var text = new StringBuilder();
                int kinds = 1 + random.nextInt(6);
                for (int i = 0; i < kinds; i++) {
                    text.append(PIECES.get(random.nextInt(PIECES.size())).repeat(1 + random.nextInt(40)));
                }
                assertThat(tokenizer.atLeast(text.toString())).as("%s", text)
                        .isLessThanOrEqualTo(tokenizer.encode(text.toString()).length);
            }
            // The longest tokens are the cheapest text there is.
            for (var token : tokenizer.vocabulary().keySet()) {
                var text = tokenizer.decode(new long[]{tokenizer.id(token)}).repeat(50);
                assertThat(tokenizer.atLeast(text)).as("%s", token)
                        .isLessThanOrEqualTo(tokenizer.encode(text).length);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"clip", "llama", "compatible", "bytes_and_blanks"})
    void aLongTextIsToldByItsLength(String name) {
        try (var tokenizer = TextTokenizer.load(file(name))) {
            assertThat(tokenizer.atLeast("tell me about the red bell. ".repeat(40_000))).isGreaterThan(20_000);
            assertThat(tokenizer.atLeast("x".repeat(1_000_000))).isGreaterThan(30_000);
            assertThat(tokenizer.atLeast("a red bell")).isBetween(1L, 2L);
            assertThat(tokenizer.atLeast("")).isZero();
        }
    }

    @Test
    void aTextThatIsCutKeepsItsEndAsInPython() throws IOException {
        for (var golden : JsonMapper.builder().build().readTree(file("clip-truncated").toFile())) {
            try (var tokenizer = TextTokenizer.load(file("clip"), golden.path("max_length").asInt())) {
                var expected = new long[golden.path("ids").size()];
                for (int i = 0; i < expected.length; i++) {
                    expected[i] = golden.path("ids").path(i).asLong();
                }
                assertThat(tokenizer.encodeWithSpecials(golden.path("text").asText())).isEqualTo(expected);
            }
        }
    }

    @Test
    void aLengthWithoutRoomForATextIsRefusedAtLoad() {
        assertThatThrownBy(() -> TextTokenizer.load(file("clip"), 1)).isInstanceOf(BundleException.class)
                .hasMessageContaining("clip.json").hasMessageContaining("more than 1 tokens");
    }

    @Test
    void aRequestsTextIsThatOfAnyOther() {
        try (var tokenizer = TextTokenizer.load(file("llama"))) {
            var call = CallContext.start("test", null, Duration.ofMinutes(1));
            for (var text : List.of("a red bell", "a red bell ".repeat(2_000))) {
                assertThat(tokenizer.encode(text, call)).isEqualTo(tokenizer.encode(text));
            }
            call.cancel();
            assertThatThrownBy(() -> tokenizer.encode("a", call)).isInstanceOf(CancellationException.class);
        }
    }
}
