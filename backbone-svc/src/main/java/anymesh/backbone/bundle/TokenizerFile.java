// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@code tokenizer.json} says about its own special tokens; the tokenizer itself doesn't tell. */
record TokenizerFile(@JsonProperty("added_tokens") List<AddedToken> addedTokens, @Nullable Model model,
        @Nullable JsonNode decoder) {
    /** How its vocabulary spells bytes. */
    enum Alphabet {
        BYTE_LEVEL, BYTE_FALLBACK, OTHER
    }

    TokenizerFile {
        addedTokens = addedTokens == null ? List.of() : List.copyOf(addedTokens);
    }

    record AddedToken(long id, String content, boolean special) {}

    record Model(@JsonProperty("unk_token") @Nullable String unknown) {}

    /** As its decoder takes it. */
    Alphabet alphabet() {
        if (decoder == null) {
            return Alphabet.OTHER;
        }
        var types = decoder.findValuesAsText("type");
        return types.contains("ByteLevel")
                ? Alphabet.BYTE_LEVEL
                : types.contains("ByteFallback") ? Alphabet.BYTE_FALLBACK : Alphabet.OTHER;
    }

    /** The token that stands for what the vocabulary hasn't got: ordinary text, though it is often marked special. */
    @Nullable
    String unknownToken() {
        return model == null ? null : model.unknown();
    }
}
