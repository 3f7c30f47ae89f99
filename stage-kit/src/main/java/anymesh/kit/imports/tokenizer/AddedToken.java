// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import anymesh.kit.imports.JsonKeys;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * A token that is found in a text before anything else is done to it (or, if it is {@code normalized}, before it is split), as
 * tokenizers' {@code AddedToken}.
 */
record AddedToken(String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized,
        boolean special) {

    /** One of which nothing but its text is known. */
    static AddedToken plain(String content, boolean special) {
        return new AddedToken(content, false, false, false, !special, special);
    }

    /** As a config spells it: a text, or an object; {@code special} if the place where it stands says so. */
    static AddedToken of(JsonKeys where, String key, JsonNode node, boolean special) {
        if (node.isTextual()) {
            return plain(node.textValue(), special);
        }
        if (!(node instanceof ObjectNode object)) {
            throw where.wrong(key, node, "a token");
        }
        var keys = new JsonKeys(where.where() + ": " + key, object);
        boolean isSpecial = special || keys.flag("special").orElse(false);
        return new AddedToken(keys.text("content").orElseThrow(() -> where.wrong(key, node, "a token with content")),
                keys.flag("single_word").orElse(false), keys.flag("lstrip").orElse(false),
                keys.flag("rstrip").orElse(false), keys.flag("normalized").orElse(!isSpecial), isSpecial);
    }

    AddedToken asSpecial() {
        return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    AddedToken notNormalized() {
        return new AddedToken(content, singleWord, lstrip, rstrip, false, special);
    }

    /** With its id. */
    record Placed(AddedToken token, long id) {

        ObjectNode json(ObjectNode into) {
            return into.put("id", id).put("content", token.content).put("single_word", token.singleWord)
                    .put("lstrip", token.lstrip).put("rstrip", token.rstrip).put("normalized", token.normalized)
                    .put("special", token.special);
        }
    }

    /**
     * Gives each its id as tokenizers does: the vocabulary's, else the next that is free; {@link BundleException} if a file says another,
     * as the model was then made with ids that this vocabulary does not give.
     */
    static List<Placed> place(Collection<AddedToken> tokens, Map<String, Long> vocabulary, Map<String, Long> declared) {
        var placed = new ArrayList<Placed>();
        long next = vocabulary.size();
        for (var token : tokens) {
            if (token.content.isEmpty()) {
                continue;
            }
            var known = vocabulary.get(token.content);
            long id = known == null ? next : known;
            var said = declared.get(token.content);
            if (said != null && said != id) {
                throw new BundleException(
                        "added token '%s': id %d after a vocabulary of %d, but its files say %d (expected: the vocabulary that it was added to)"
                                .formatted(token.content, id, vocabulary.size(), said));
            }
            next = Math.max(next, id + 1);
            placed.add(new Placed(token, id));
        }
        return placed;
    }
}
