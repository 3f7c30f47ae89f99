// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import static anymesh.kit.imports.tokenizer.TokenizerJson.SPACE;
import static anymesh.kit.imports.tokenizer.TokenizerJson.bpe;
import static anymesh.kit.imports.tokenizer.TokenizerJson.decoders;
import static anymesh.kit.imports.tokenizer.TokenizerJson.metaspace;
import static anymesh.kit.imports.tokenizer.TokenizerJson.normalizers;
import static anymesh.kit.imports.tokenizer.TokenizerJson.part;
import static anymesh.kit.imports.tokenizer.TokenizerJson.preTokenizers;
import static anymesh.kit.imports.tokenizer.TokenizerJson.replace;
import static anymesh.kit.imports.tokenizer.TokenizerJson.replaceRegex;
import static anymesh.kit.imports.tokenizer.TokenizerJson.split;
import static anymesh.kit.imports.tokenizer.TokenizerJson.strip;

import anymesh.kit.imports.tokenizer.SentencePieceFile.Kind;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * SentencePiece as its file says, where no class of tokenizer says more: it gives the ids that {@code SentencePieceProcessor} gives
 * ({@code SpmConverter.build_tokenizer_from_spm_proto}).
 */
final class GenericPieces {
    private final SentencePieceFile file;
    private final SpecialTokens specials;
    /** By their ids; the names of some are in another file. */
    private final List<String> names = new ArrayList<>();

    GenericPieces(SentencePieceFile file, SpecialTokens specials) {
        this.file = file;
        this.specials = specials;
        file.pieces().forEach(piece -> names.add(piece.text()));
        if (!file.isUnigram()) {
            rename();
        }
    }

    private void rename() {
        var declared = specials.declared();
        var kept = new HashSet<String>();
        for (int id = 0; id < names.size(); id++) {
            if (!declared.containsKey((long) id)) {
                kept.add(names.get(id));
            }
        }
        for (int id = 0; id < names.size(); id++) {
            var token = declared.get((long) id);
            if (token != null && !kept.contains(token.content())) {
                names.set(id, token.content());
            }
        }
    }

    ObjectNode tokenizer() {
        var ids = new LinkedHashMap<String, Long>();
        for (int id = 0; id < names.size(); id++) {
            ids.put(names.get(id), (long) id);
        }
        var defaults = new HashMap<String, String>();
        defaults.put("unk_token", file.unknown());
        if (file.beginId() >= 0) {
            defaults.put("bos_token", file.begin());
        }
        if (file.endId() >= 0) {
            defaults.put("eos_token", file.end());
        }
        // What is found in the text as it is has its own blank before it.
        var named = specials.with(defaults, !file.addsDummyPrefix());
        var added = named.place(ids, file.marks(false));
        boolean isLegacy = specials.config().flag("legacy").orElse(true);
        return TokenizerJson.of(added, normalizer(isLegacy), words(isLegacy),
                TokenizerJson.beginAndEnd(named, added), decoder(),
                file.isUnigram() ? unigrams() : pairs(ids));
    }

    private List<String> userDefined() {
        var texts = new ArrayList<String>();
        for (int id = 0; id < names.size(); id++) {
            if (file.pieces().get(id).kind() == Kind.USER_DEFINED) {
                texts.add(names.get(id));
            }
        }
        return texts;
    }

    private ObjectNode normalizer(boolean isLegacy) {
        var parts = new ArrayList<JsonNode>();
        if (file.charsmap().length > 0) {
            parts.add(part("Precompiled").put("precompiled_charsmap", file.charsmap()));
        }
        if (file.removesExtraSpaces()) {
            parts.add(replaceRegex("\\A +| +\\z", ""));
            parts.add(replaceRegex(" {2,}", " "));
        }
        if (file.escapesSpaces()) {
            parts.add(replace(" ", SPACE));
        }
        if (file.addsDummyPrefix() && isLegacy) {
            parts.add(replaceRegex("\\A" + SPACE, SPACE + SPACE));
        }
        return normalizers(parts);
    }

    private @Nullable JsonNode words(boolean isLegacy) {
        var parts = new ArrayList<JsonNode>();
        if (file.addsDummyPrefix()) {
            parts.add(metaspace(isLegacy ? "always" : "first", false));
        }
        var whole = userDefined();
        if (!whole.isEmpty()) {
            var pattern = whole.stream()
                    .sorted(Comparator.comparingInt((String text) -> text.codePointCount(0, text.length())).reversed())
                    .map(GenericPieces::escaped).collect(Collectors.joining("|"));
            parts.add(split("Regex", pattern, "Isolated", false));
        }
        return parts.isEmpty() ? null : preTokenizers(parts);
    }

    /** For Oniguruma, whose letters these are. */
    private static String escaped(String text) {
        return text.replaceAll("[\\\\.*+?|^${}()\\[\\]#&~\\-\\s]", "\\\\$0");
    }

    private ObjectNode decoder() {
        var parts = new ArrayList<JsonNode>(List.of(replace(SPACE, " ")));
        if (file.byteFallback()) {
            parts.add(part("ByteFallback"));
        }
        if (file.addsDummyPrefix()) {
            parts.add(part("Fuse"));
            parts.add(strip());
        } else if (file.byteFallback()) {
            parts.add(part("Fuse"));
        }
        return decoders(parts);
    }

    private ObjectNode unigrams() {
        var model = part("Unigram").put("unk_id", file.unknownId());
        var vocab = model.putArray("vocab");
        file.pieces().forEach(piece -> vocab.addArray().add(piece.text()).add((double) piece.score()));
        return model.put("byte_fallback", file.byteFallback());
    }

    private ObjectNode pairs(Map<String, Long> ids) {
        var model = bpe(file.unknown(), null, true, file.byteFallback(), !userDefined().isEmpty());
        TokenizerJson.vocabulary(model, ids);
        TokenizerJson.merges(model, merges());
        return model;
    }

    private record Merge(float score, int id, String left, String right) {}

    /** Pairs of normal pieces that make one, the best score first. */
    private List<String[]> merges() {
        var normal = new LinkedHashMap<String, Integer>();
        for (int id = 0; id < names.size(); id++) {
            if (file.pieces().get(id).kind() == Kind.NORMAL) {
                normal.put(names.get(id), id);
            }
        }
        var merges = new ArrayList<Merge>();
        normal.forEach((piece, id) -> {
            for (int at = 1; at < piece.length(); at++) {
                if (Character.isLowSurrogate(piece.charAt(at))) {
                    continue;
                }
                var left = piece.substring(0, at);
                var right = piece.substring(at);
                if (normal.containsKey(left) && normal.containsKey(right)) {
                    merges.add(new Merge(file.pieces().get(id).score(), id, left, right));
                }
            }
        });
        // Of one piece's, the shorter left one comes first, which is the order of texts of which each begins the next.
        merges.sort(Comparator.comparingDouble((Merge merge) -> -(double) merge.score()).thenComparingInt(Merge::id)
                .thenComparingInt(merge -> merge.left().length()));
        return merges.stream().map(merge -> new String[]{merge.left(), merge.right()}).toList();
    }
}
