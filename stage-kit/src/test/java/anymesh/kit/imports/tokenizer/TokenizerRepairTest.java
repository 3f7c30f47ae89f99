// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.imports.OnnxWriter;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.TextTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against transformers itself: src/test/python/make_tokenizer_exports.py made the vocabularies, and what it makes of texts. */
class TokenizerRepairTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private static Path exports() {
        try {
            return Path
                    .of(Objects.requireNonNull(TokenizerRepairTest.class.getResource("/imports/tokenizers")).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode golden() {
        try {
            return JSON.readTree(exports().resolve("golden.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<String> kinds() {
        return golden().path("ids").propertyStream().map(java.util.Map.Entry::getKey);
    }

    @Test
    void everyKindIsAmongTheGoldens() {
        assertThat(kinds()).hasSize(14);
        assertThat(golden().path("texts")).hasSizeGreaterThan(60);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void textsHaveTheIdsThatTransformersGivesThem(String kind) throws IOException {
        var repaired = TokenizerRepair.of(SourceFolder.open(exports().resolve(kind))).orElseThrow();
        var file = folder.resolve("tokenizer.json");
        JSON.writeValue(file.toFile(), repaired.json());
        var wrong = new ArrayList<String>();
        try (var tokenizer = TextTokenizer.load(file)) {
            var golden = golden();
            var ids = golden.path("ids").path(kind);
            for (int i = 0; i < golden.path("texts").size(); i++) {
                var text = golden.path("texts").get(i).asText();
                compare(wrong, text, tokenizer.encode(text), ids.path("alone").get(i));
                compare(wrong, "around " + text, tokenizer.encodeWithSpecials(text), ids.path("around").get(i));
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void compare(List<String> wrong, String text, long[] ids, JsonNode golden) {
        var expected = new long[golden.size()];
        Arrays.setAll(expected, i -> golden.get(i).asLong());
        if (!Arrays.equals(ids, expected)) {
            wrong.add("'%s': %s (transformers: %s)".formatted(text, Arrays.toString(ids), Arrays.toString(expected)));
        }
    }

    @Test
    void aFolderWithoutAVocabularyHasNone() {
        assertThat(TokenizerRepair.of(SourceFolder.open(folder))).isEmpty();
    }

    @Test
    void aClassWhoseIdsAreMadeInAnotherWayIsRefusedWithAMend() throws IOException {
        copy("unigram", "tokenizer.model");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"XLMRobertaTokenizer\"}");
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class)
                .hasMessageContaining("tokenizer.model are made with a XLMRobertaTokenizer is not known here")
                .hasMessageContaining("save_pretrained");

        copy("gpt2", "vocab.json");
        copy("gpt2", "merges.txt");
        Files.delete(folder.resolve("tokenizer.model"));
        Files.delete(folder.resolve("tokenizer_config.json"));
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class)
                .hasMessageContaining("no tokenizer_class that a file would name");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        assertThat(repair().origin()).isEqualTo("vocab.json and merges.txt (BPE of bytes, as GPT2Tokenizer)");
    }

    @Test
    void anAddedTokenWithAnotherIdThanItWouldHaveIsRefused() throws IOException {
        copy("gpt2", "vocab.json");
        copy("gpt2", "merges.txt");
        copy("gpt2", "tokenizer_config.json");
        Files.writeString(folder.resolve("added_tokens.json"), "{\"<|im_start|>\": 401}");
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class)
                .hasMessageContaining(
                        "added token '<|im_start|>': id 400 after a vocabulary of 400, but its files say 401");
    }

    @Test
    void aSentencePieceFileThatIsCutOrNoneIsRefused() throws IOException {
        copy("t5", "tokenizer_config.json");
        var whole = Files.readAllBytes(exports().resolve("t5/spiece.model"));
        for (int length = 0; length < whole.length; length += 97) {
            cut(Arrays.copyOf(whole, length));
        }
        cut("no model at all".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        cut(OnnxWriter.message(out -> out.writeByteArray(1, OnnxWriter.message(piece -> piece.writeInt32(3, 9)))));
    }

    /** A file that is cut between two pieces is one with fewer; then what its trainer said is missing. */
    private void cut(byte[] bytes) throws IOException {
        Files.write(folder.resolve("spiece.model"), bytes);
        try {
            repair();
            assertThat(bytes.length).isPositive();
        } catch (BundleException e) {
            assertThat(e).hasMessageContaining("spiece.model");
        }
    }

    @Test
    void vocabulariesThatAreNoneAreRefused() throws IOException {
        copy("gpt2", "tokenizer_config.json");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": \"0\"}");
        Files.writeString(folder.resolve("merges.txt"), "a b\n");
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class)
                .hasMessageContaining("vocab.json: a: \"0\" (expected: an id)");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class)
                .hasMessageContaining("merges.txt: line 1: 'a b' (expected: two pieces of vocab.json)");
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": ");
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class)
                .hasMessageContaining("vocab.json: not JSON");
        Files.delete(folder.resolve("vocab.json"));
        Files.writeString(folder.resolve("vocab.txt"), "[PAD]\nthe\n");
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"tokenizer_class\": \"BertTokenizer\"}");
        assertThatThrownBy(this::repair).isInstanceOf(BundleException.class).hasMessageContaining("no '[UNK]'");
    }

    private TokenizerRepair.Repaired repair() {
        return TokenizerRepair.of(SourceFolder.open(folder)).orElseThrow();
    }

    private void copy(String kind, String name) throws IOException {
        Files.copy(exports().resolve(kind).resolve(name), folder.resolve(name));
    }
}
