// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** Reads what a bundle says of its draft model, which must take the same ids for the same texts. */
public final class DraftReader {
    /** Where vocabularies are the same, rules by which texts fall into their tokens could still differ. */
    private static final List<String> TEXTS = List.of("Why is the sky blue?  Don't answer in 1,234.5 words.\n\n\t- Yes",
            "def add(a, b):\n    return a + b  # Straße 北京 Привет 🙂", "  ÀÉ ﬁ e\u0301 ＡＢ\r\n");

    private DraftReader() {}

    static DraftSpec read(ModelBundle files, BackboneManifest.Draft draft, TextTokenizer tokenizer) {
        var config = draft.genaiConfig();
        var folder = config.substring(0, config.lastIndexOf('/') + 1);
        if (folder.isEmpty()) {
            throw new BundleException(
                    "draft.genai_config: '%s' (expected: one in a folder of its own, such as draft/genai_config.json)"
                            .formatted(config));
        }
        var file = folder + "tokenizer.json";
        try (var own = TextTokenizer.load(files.file(file))) {
            requireSame(tokenizer, own, file);
        }
        var model = files.read(config, GenaiConfig.class).model();
        try {
            return new DraftSpec(new DecoderModel(files, folder, model, DecoderShape.of(model), Set.of(), false),
                    draft.tokens());
        } catch (IllegalArgumentException e) {
            throw new BundleException("%s: %s".formatted(config, e.getMessage()), e);
        }
    }

    /**
     * {@link BundleException} unless two tokenizers give the same ids.
     *
     * @param where the draft's, for the message
     */
    public static void requireSame(TextTokenizer tokenizer, TextTokenizer draft, String where) {
        var expected = tokenizer.vocabulary();
        var found = draft.vocabulary();
        expected.forEach((token, id) -> {
            if (!id.equals(found.get(token))) {
                throw differs(where, "'%s' is %s, where the model has %d".formatted(token,
                        found.containsKey(token) ? found.get(token) : "no token", id));
            }
        });
        if (found.size() > expected.size()) {
            var more = found.keySet().stream().filter(token -> !expected.containsKey(token)).sorted().findFirst();
            throw differs(where, "'%s' is a token, which the model hasn't got".formatted(more.orElseThrow()));
        }
        for (var text : TEXTS) {
            if (!Arrays.equals(tokenizer.encode(text), draft.encode(text))) {
                throw differs(where, "\"%s\" falls into other tokens than the model's".formatted(text.strip()));
            }
        }
    }

    private static BundleException differs(String where, String how) {
        return new BundleException("%s: %s (expected: a draft with the model's tokenizer)".formatted(where, how));
    }
}
