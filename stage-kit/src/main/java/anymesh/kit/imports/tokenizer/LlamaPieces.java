// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import static anymesh.kit.imports.tokenizer.TokenizerJson.SPACE;
import static anymesh.kit.imports.tokenizer.TokenizerJson.bpe;
import static anymesh.kit.imports.tokenizer.TokenizerJson.decoders;
import static anymesh.kit.imports.tokenizer.TokenizerJson.metaspace;
import static anymesh.kit.imports.tokenizer.TokenizerJson.part;
import static anymesh.kit.imports.tokenizer.TokenizerJson.replace;
import static anymesh.kit.imports.tokenizer.TokenizerJson.split;
import static anymesh.kit.imports.tokenizer.TokenizerJson.strip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** SentencePiece as the classes of Llama and Gemma take it: joined in the order of the ids, unknown characters as bytes, nothing normalized. */
final class LlamaPieces {
    private LlamaPieces() {}

    /** {@code LlamaTokenizer}. */
    static ObjectNode llama(SentencePieceFile file, SpecialTokens specials) {
        boolean addsSpace = specials.config().flag("add_prefix_space").orElse(true);
        var scheme = addsSpace ? specials.config().flag("legacy").orElse(false) ? "always" : "first" : "never";
        var decoding = new ArrayList<JsonNode>(List.of(replace(SPACE, " "), part("ByteFallback"), part("Fuse")));
        if (addsSpace) {
            decoding.add(strip());
        }
        var ids = file.ids();
        var added = specials.place(ids, file.marks(true));
        return TokenizerJson.of(added, null, metaspace(scheme, false),
                TokenizerJson.beginAndEnd(specials, added), decoders(decoding), model(null, ids));
    }

    /** {@code GemmaTokenizer}. */
    static ObjectNode gemma(SentencePieceFile file, SpecialTokens specials) {
        var ids = file.ids();
        var added = specials.place(ids, file.marks(true));
        return TokenizerJson.of(added, replace(" ", SPACE), split("String", " ", "MergedWithPrevious", false),
                TokenizerJson.beginAndEnd(specials, added),
                decoders(List.of(replace(SPACE, " "), part("ByteFallback"), part("Fuse"))),
                model(specials.text("unk_token").orElse("<unk>"), ids));
    }

    private static ObjectNode model(@Nullable String unknown, Map<String, Long> ids) {
        var model = bpe(unknown, null, true, true, false);
        TokenizerJson.vocabulary(model, ids);
        TokenizerJson.merges(model, merges(ids));
        return model;
    }

    /** Every pair of pieces that make one, in the order of its id, then of the left one's length ({@code generate_merges}). */
    private static List<String[]> merges(Map<String, Long> ids) {
        var merges = new ArrayList<String[]>();
        for (var piece : ids.keySet()) {
            for (int at = 1; at < piece.length(); at++) {
                if (Character.isLowSurrogate(piece.charAt(at))) {
                    continue;
                }
                var left = piece.substring(0, at);
                var right = piece.substring(at);
                if (ids.containsKey(left) && ids.containsKey(right)) {
                    merges.add(new String[]{left, right});
                }
            }
        }
        return merges;
    }
}
