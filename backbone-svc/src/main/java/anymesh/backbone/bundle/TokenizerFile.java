// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@code tokenizer.json} says about its own special tokens; the tokenizer itself doesn't tell. */
record TokenizerFile(@JsonProperty("added_tokens") List<AddedToken> addedTokens, @Nullable Model model) {

    TokenizerFile {
        addedTokens = addedTokens == null ? List.of() : List.copyOf(addedTokens);
    }

    record AddedToken(long id, String content, boolean special) {}

    record Model(@JsonProperty("unk_token") @Nullable String unknown) {}

    /** The token that stands for what the vocabulary hasn't got: ordinary text, though it is often marked special. */
    @Nullable
    String unknownToken() {
        return model == null ? null : model.unknown();
    }
}
