// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import static anymesh.kit.imports.tokenizer.TokenizerJson.metaspace;
import static anymesh.kit.imports.tokenizer.TokenizerJson.part;
import static anymesh.kit.imports.tokenizer.TokenizerJson.preTokenizers;

import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** SentencePiece as {@code T5Tokenizer} takes it: unigrams of words, an EOS after each text, and sentinels after the vocabulary. */
final class T5Pieces {
    private T5Pieces() {}

    static ObjectNode tokenizer(SentencePieceFile file, SpecialTokens specials) {
        if (!file.isUnigram()) {
            throw new BundleException("a SentencePiece model of pairs with a T5Tokenizer (expected: one of unigrams)");
        }
        var model = part("Unigram").put("unk_id", 2);
        var vocab = model.putArray("vocab");
        file.pieces().forEach(piece -> vocab.addArray().add(piece.text()).add((double) piece.score()));
        var ids = file.ids();
        var sentinels = new ArrayList<AddedToken>();
        long extra = specials.config().numbers("extra_ids").stream().findFirst().orElse(100L);
        if (extra < 0 || extra > 10_000) {
            throw new BundleException("tokenizer_config.json: extra_ids: %d (expected: 0 to 10000)".formatted(extra));
        }
        for (long i = extra - 1; i >= 0; i--) {
            var text = "<extra_id_%d>".formatted(i);
            vocab.addArray().add(text).add(0.0);
            ids.put(text, (long) ids.size());
            sentinels.add(new AddedToken(text, false, false, false, false, true));
        }
        model.put("byte_fallback", false);
        var added = specials.place(ids, sentinels);
        return TokenizerJson.of(added,
                file.charsmap().length == 0 ? null : part("Precompiled").put("precompiled_charsmap", file.charsmap()),
                preTokenizers(List.of(part("WhitespaceSplit"), metaspace("always", true))),
                TokenizerJson.template(Optional.empty(), TokenizerJson.around("</s>", added), 0),
                metaspace("always", true), model);
    }
}
