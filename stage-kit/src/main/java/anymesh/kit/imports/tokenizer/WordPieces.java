// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import static anymesh.kit.imports.tokenizer.TokenizerJson.part;

import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.regex.Pattern;

/** BERT's file: {@code vocab.txt}, a piece in each line, which is its id; what goes on a word begins with {@code ##}. */
final class WordPieces {
    /** Lines end as Python's do when it reads a text: other separators of lines are pieces. */
    private static final Pattern LINE = Pattern.compile("\r\n|\n|\r");

    private WordPieces() {}

    static ObjectNode bert(SourceFolder source, SpecialTokens specials) {
        var ids = new LinkedHashMap<String, Long>();
        var text = source.text("vocab.txt").orElseThrow();
        var lines = LINE.split(text, -1);
        int count = text.isEmpty() ? 0 : lines.length - (lines[lines.length - 1].isEmpty() ? 1 : 0);
        for (int i = 0; i < count; i++) {
            ids.put(lines[i], (long) i);
        }
        var unknown = specials.text("unk_token").orElse("[UNK]");
        if (!ids.containsKey(unknown)) {
            throw new BundleException("%s/vocab.txt: no '%s' (expected: a piece in each line)".formatted(source.path(),
                    unknown));
        }
        var config = specials.config();
        var normalizer = part("BertNormalizer").put("clean_text", true)
                .put("handle_chinese_chars", config.flag("tokenize_chinese_chars").orElse(true))
                .put("strip_accents", config.flag("strip_accents").orElse(null))
                .put("lowercase", config.flag("do_lower_case").orElse(true));
        var model = part("WordPiece").put("unk_token", unknown).put("continuing_subword_prefix", "##")
                .put("max_input_chars_per_word", 100);
        TokenizerJson.vocabulary(model, ids);
        var added = specials.place(ids, List.of());
        var around = TokenizerJson.template(
                specials.text("cls_token").flatMap(token -> TokenizerJson.around(token, added)),
                specials.text("sep_token").flatMap(token -> TokenizerJson.around(token, added)), 1);
        return TokenizerJson.of(added, normalizer, part("BertPreTokenizer"), around,
                part("WordPiece").put("prefix", "##").put("cleanup", true), model);
    }
}
