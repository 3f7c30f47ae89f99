// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenTextsTest {
    private static TokenTexts texts(String decoder, Map<String, Long> vocabulary) throws JsonProcessingException {
        var file = new TokenizerFile(List.of(new TokenizerFile.AddedToken(9, "<unk>", true)), null,
                JsonMapper.builder().build().readTree(decoder));
        return TokenTexts.of(file, vocabulary, Map.of(8L, "<end>"), 10, ids -> "decoded " + ids[0]);
    }

    private static String text(TokenTexts texts, int token) {
        return new String(texts.bytes(token), StandardCharsets.UTF_8);
    }

    @Test
    void byteLevelTokensAreSpelledInTheirAlphabet() throws JsonProcessingException {
        var texts = texts("{\"type\":\"ByteLevel\"}", Map.of("Ġa", 0L, "Ċ", 1L, "Ã", 2L, "漢 字", 3L, "<end>", 8L));
        assertThat(text(texts, 0)).isEqualTo(" a");
        assertThat(text(texts, 1)).isEqualTo("\n");
        assertThat(texts.bytes(2)).as("half of a character").containsExactly(0xC3);
        assertThat(text(texts, 3)).as("added as it is").isEqualTo("漢 字");
        assertThat(text(texts, 8)).isEqualTo("<end>");
        assertThat(texts.isControl(8)).isTrue();
        assertThat(texts.isControl(9)).as("it is left out of text").isTrue();
    }

    @Test
    void piecesHaveTheirSpacesAndBytes() throws JsonProcessingException {
        var texts = texts("{\"type\":\"Sequence\",\"decoders\":[{\"type\":\"Replace\"},{\"type\":\"ByteFallback\"}]}",
                Map.of("▁a", 0L, "<0xC3>", 1L));
        assertThat(text(texts, 0)).isEqualTo(" a");
        assertThat(texts.bytes(1)).containsExactly(0xC3);
    }

    @Test
    void ofOtherVocabulariesATokenIsWhatItIsDecodedToAndFormsAreRefused() throws JsonProcessingException {
        var texts = texts("{\"type\":\"WordPiece\"}", Map.of("##a", 0L));
        assertThat(text(texts, 0)).isEqualTo("decoded 0");
        assertThatThrownBy(() -> texts.trie(10, Map.of())).isInstanceOf(BundleException.class)
                .hasMessageContaining("response_formats");
    }

    @Test
    void aVocabularyThatCantSpellJsonHasNoForms() throws JsonProcessingException {
        var texts = texts("{\"type\":\"ByteLevel\"}", Map.of("a", 0L));
        assertThatThrownBy(() -> texts.trie(10, Map.of())).isInstanceOf(BundleException.class)
                .hasMessageContaining("' '");
    }
}
