// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.backbone.bundle.TokenTexts;
import anymesh.kit.imports.BundleDraft;
import anymesh.kit.imports.ImportReport;
import anymesh.kit.imports.JsonKeys;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.imports.tokenizer.TokenizerClass;
import anymesh.kit.imports.tokenizer.TokenizerRepair;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.TextTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The tokenizer of an import, taken or repaired, and what its files say of the tokens that templates name.
 *
 * @param vocabulary every token's id
 * @param begin what it puts before each text; empty if nothing
 * @param config {@code tokenizer_config.json}, completed
 * @param file {@code tokenizer.json}
 */
record Tokens(Map<String, Long> vocabulary, Optional<String> begin, JsonKeys config, JsonNode file) {
    static final String FILE = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final String MAP = "special_tokens_map.json";
    private static final List<String> NAMED = List.of("bos_token", "eos_token", "unk_token", "pad_token");

    /** Takes the tokenizer into the bundle, or makes it; {@link BundleException} if there is none, or none that can be loaded. */
    static Tokens take(SourceFolder source, GenaiWriter genai, BundleDraft draft, ImportReport report) {
        fileInto(source, draft, "", report);
        var json = SourceFolder.json(draft.file(FILE)).json();
        Map<String, Long> vocabulary;
        try (var tokenizer = TextTokenizer.load(draft.file(FILE))) {
            vocabulary = tokenizer.vocabulary();
        } catch (BundleException e) {
            throw new BundleException("%s/%s".formatted(source.path(), Optional.ofNullable(e.getMessage()).orElse("")
                    .replace(draft.folder() + "/", "")), e);
        }
        check(source, vocabulary, genai.vocabulary());
        return new Tokens(vocabulary, begin(json), config(source, genai, vocabulary, draft, report), json);
    }

    /** Takes {@code tokenizer.json} into a folder of the bundle, or makes it; {@link BundleException} if there is none. */
    static void fileInto(SourceFolder source, BundleDraft draft, String folder, ImportReport report) {
        var own = source.file(FILE);
        if (own.isPresent()) {
            SourceFolder.json(own.get());
            draft.take(own.get(), folder + FILE);
            report.did("%s taken as it is".formatted(FILE));
        } else {
            var repaired = TokenizerRepair.of(source).orElseThrow(() -> new BundleException(
                    "%s: no tokenizer (looked for: %s, tokenizer.model, spiece.model, vocab.json with merges.txt, vocab.txt; found: %s)"
                            .formatted(source.path(), FILE, source.listing())));
            draft.write(folder + FILE, repaired.json());
            report.did("%s repaired from %s".formatted(FILE, repaired.origin()));
        }
    }

    /** {@link BundleException} if a token has an id that the model hasn't got. */
    static void check(SourceFolder source, Map<String, Long> vocabulary, int size) {
        if (vocabulary.isEmpty()) {
            throw new BundleException("%s: a tokenizer without tokens".formatted(source.path()));
        }
        vocabulary.forEach((token, id) -> {
            if (id < 0 || id >= size) {
                throw new BundleException(
                        "%s: the tokenizer gives '%s' the id %d, but the model has only %d (expected: the tokenizer that the model was exported with)"
                                .formatted(source.path(), token, id, size));
            }
        });
    }

    /** The one token before a text, as the file's template says. */
    private static Optional<String> begin(JsonNode json) {
        var processor = json.path("post_processor");
        var parts = processor.path("processors").isArray() ? processor.path("processors") : List.of(processor);
        for (var part : parts) {
            var first = part.path("single").path(0).path("SpecialToken").path("id");
            if (first.isTextual()) {
                return Optional.of(first.textValue());
            }
        }
        return Optional.empty();
    }

    /** The config as it is, with the tokens that templates name where it leaves them to other files or to its class. */
    private static JsonKeys config(SourceFolder source, GenaiWriter genai, Map<String, Long> vocabulary,
            BundleDraft draft, ImportReport report) {
        var file = source.file(CONFIG);
        var config = file.map(SourceFolder::json).orElseGet(() -> JsonKeys.none(CONFIG));
        // transformers reads this file only then, and ids of config.json never: its templates know no other tokens.
        var map = config.has("added_tokens_decoder")
                ? JsonKeys.none(MAP)
                : source.json(MAP).orElseGet(() -> JsonKeys.none(MAP));
        var defaults = TokenizerClass.namedTokens(source);
        var texts = new HashMap<Long, String>();
        vocabulary.forEach((token, id) -> texts.put(id, token));
        boolean isCompleted = false;
        for (var name : NAMED) {
            // A null is said, not left out.
            if (config.json().has(name)) {
                config.token(name);
                continue;
            }
            var token = map.token(name)
                    .or(() -> Optional.ofNullable(defaults.get(name)).filter(vocabulary::containsKey));
            if (token.isEmpty() && file.isEmpty()) {
                token = genai.config().numbers(name + "_id").stream().findFirst().map(texts::get);
            }
            token.ifPresent(text -> config.json().put(name, text));
            isCompleted |= token.isPresent();
        }
        if (file.isPresent() && !isCompleted) {
            draft.take(file.get(), CONFIG);
        } else {
            draft.write(CONFIG, config.json());
            report.did("%s %s with the names of special tokens".formatted(CONFIG,
                    file.isPresent() ? "completed" : "written"));
        }
        return config;
    }

    /** Whether answers can be held to a form with it. {@code ends}: the ids that end an answer. */
    boolean spellDocuments(Set<Long> ends, ImportReport report) {
        var noDocuments = TokenTexts.whyNoDocuments(file, vocabulary, ends);
        noDocuments.ifPresent(why -> report.did(
                "answers can't be held to a JSON Schema, nor tools be called: %s".formatted(why)));
        return noDocuments.isEmpty();
    }

    /** The id of what ends a text, if its config names it. */
    Optional<Long> end() {
        return config.token("eos_token").map(vocabulary::get);
    }
}
