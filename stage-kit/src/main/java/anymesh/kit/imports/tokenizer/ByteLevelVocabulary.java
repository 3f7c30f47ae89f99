// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import static anymesh.kit.imports.tokenizer.TokenizerJson.bpe;
import static anymesh.kit.imports.tokenizer.TokenizerJson.byteLevel;
import static anymesh.kit.imports.tokenizer.TokenizerJson.normalizers;
import static anymesh.kit.imports.tokenizer.TokenizerJson.part;
import static anymesh.kit.imports.tokenizer.TokenizerJson.preTokenizers;
import static anymesh.kit.imports.tokenizer.TokenizerJson.replaceRegex;
import static anymesh.kit.imports.tokenizer.TokenizerJson.split;

import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** GPT-2's two files: {@code vocab.json} with the ids of pieces, and {@code merges.txt} with the pairs in the order in which they are joined. */
record ByteLevelVocabulary(Map<String, Long> ids, List<String[]> merges) {
    private static final String END = "<|endoftext|>";
    private static final String QWEN = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    private static final String CLIP = "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

    static ByteLevelVocabulary read(SourceFolder source) {
        var vocab = source.json("vocab.json").orElseThrow();
        var ids = new LinkedHashMap<String, Long>();
        vocab.json().properties().forEach(entry -> {
            if (!entry.getValue().isIntegralNumber()) {
                throw vocab.wrong(entry.getKey(), entry.getValue(), "an id");
            }
            ids.put(entry.getKey(), entry.getValue().longValue());
        });
        var merges = new ArrayList<String[]>();
        int number = 0;
        for (var line : source.text("merges.txt").orElseThrow().split("\r?\n", -1)) {
            number++;
            if (line.isEmpty() || line.startsWith("#version")) {
                continue;
            }
            var pair = line.split(" ", -1);
            if (pair.length != 2 || !ids.containsKey(pair[0]) || !ids.containsKey(pair[1])) {
                throw new BundleException("%s/merges.txt: line %d: '%s' (expected: two pieces of vocab.json)".formatted(
                        source.path(), number, line));
            }
            merges.add(pair);
        }
        return new ByteLevelVocabulary(ids, merges);
    }

    private ObjectNode model(@Nullable String unknown, String suffix) {
        var model = bpe(unknown, suffix, false, false, false);
        TokenizerJson.vocabulary(model, ids);
        TokenizerJson.merges(model, merges);
        return model;
    }

    ObjectNode gpt2(SpecialTokens specials) {
        var added = specials.place(ids, List.of());
        return TokenizerJson.of(added, null, byteLevel(specials.config().flag("add_prefix_space").orElse(false), true),
                TokenizerJson.beginAndEnd(specials, added), byteLevel(true, true), model(null, ""));
    }

    ObjectNode qwen2(SpecialTokens specials) {
        var added = specials.place(ids, List.of());
        var words = preTokenizers(List.of(split("Regex", QWEN, "Isolated", false),
                byteLevel(specials.config().flag("add_prefix_space").orElse(false), false)));
        return TokenizerJson.of(added, part("NFC"), words, TokenizerJson.beginAndEnd(specials, added),
                byteLevel(true, true), model(null, ""));
    }

    /** Words end in {@code </w>}. */
    ObjectNode clip(SpecialTokens specials) {
        var added = specials.place(ids, List.of());
        var words = preTokenizers(List.of(split("Regex", CLIP, "Removed", true), byteLevel(false, true)));
        var around = part("RobertaProcessing");
        mark(around, "sep", specials.text("eos_token").orElse(END), added);
        mark(around, "cls", specials.text("bos_token").orElse("<|startoftext|>"), added);
        around.put("trim_offsets", false).put("add_prefix_space", false);
        return TokenizerJson.of(added,
                normalizers(List.of(part("NFC"), replaceRegex("\\s+", " "), part("Lowercase"))), words, around,
                byteLevel(true, true), model(specials.text("unk_token").orElse(END), "</w>"));
    }

    private static void mark(ObjectNode into, String key, String text, List<AddedToken.Placed> added) {
        var token = TokenizerJson.around(text, added)
                .orElseThrow(() -> new BundleException("vocab.json: no '%s'".formatted(text)));
        into.putArray(key).add(text).add(token.id());
    }
}
