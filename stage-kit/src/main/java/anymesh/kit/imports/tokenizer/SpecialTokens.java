// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import anymesh.kit.imports.JsonKeys;
import anymesh.kit.imports.SourceFolder;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the files beside a vocabulary say of tokens that are found in a text before it is tokenized, merged as transformers does it
 * ({@code PreTrainedTokenizerBase._from_pretrained}): {@code added_tokens_decoder} of the config alone if it is there, else {@code
 * special_tokens_map.json} and {@code added_tokens.json}.
 */
final class SpecialTokens {
    private static final List<String> NAMES = List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token",
            "cls_token", "mask_token");

    private final JsonKeys config;
    private final Map<String, String> defaults;
    private final Map<String, JsonNode> values = new HashMap<>();
    private final Map<Long, AddedToken> decoder = new TreeMap<>();
    private final Map<String, AddedToken> byText = new HashMap<>();

    /** Of a folder whose class has these tokens where no file names one. */
    SpecialTokens(SourceFolder source, JsonKeys config, Map<String, String> defaults) {
        this.config = config;
        this.defaults = defaults;
        config.json().properties().forEach(entry -> values.put(entry.getKey(), entry.getValue()));
        if (values.containsKey("additional_special_tokens") && isEmpty(values.get("extra_special_tokens"))) {
            values.put("extra_special_tokens", values.remove("additional_special_tokens"));
        }
        var declared = config.object("added_tokens_decoder");
        if (declared.isPresent()) {
            declared.get().json().properties().forEach(entry -> add(id(declared.get(), entry.getKey()),
                    AddedToken.of(declared.get(), entry.getKey(), entry.getValue(), false)));
        } else {
            source.json("special_tokens_map.json")
                    .ifPresent(map -> map.json().properties().forEach(e -> values.put(e.getKey(), e.getValue())));
            source.json("added_tokens.json").ifPresent(this::legacy);
        }
    }

    private SpecialTokens(SpecialTokens other, Map<String, String> defaults, boolean isNormalizing) {
        this.config = other.config;
        this.defaults = defaults;
        values.putAll(other.values);
        other.decoder.forEach((id, token) -> add(id, isNormalizing ? token : token.notNormalized()));
    }

    /**
     * The same with other defaults.
     *
     * @param isNormalizing whether those with declared ids may be found in a normalized text, if they say so
     */
    SpecialTokens with(Map<String, String> otherDefaults, boolean isNormalizing) {
        return new SpecialTokens(this, otherDefaults, isNormalizing);
    }

    private static boolean isEmpty(@Nullable JsonNode node) {
        return node == null || node.isNull() || node.isEmpty();
    }

    private static long id(JsonKeys where, String key) {
        try {
            return Long.parseLong(key);
        } catch (NumberFormatException e) {
            throw new BundleException("%s: '%s' (expected: an id)".formatted(where.where(), key), e);
        }
    }

    private void legacy(JsonKeys added) {
        var special = new HashSet<String>();
        NAMES.forEach(name -> named(name).ifPresent(token -> special.add(token.content())));
        extra().forEach(token -> special.add(token.content()));
        added.json().properties().forEach(entry -> {
            var text = entry.getKey();
            add(added.numbers(text).stream().findFirst()
                    .orElseThrow(() -> added.wrong(text, entry.getValue(), "an id")),
                    AddedToken.plain(text, special.contains(text)));
        });
    }

    private void add(long id, AddedToken token) {
        decoder.put(id, token);
        byText.put(token.content(), token);
    }

    JsonKeys config() {
        return config;
    }

    /** A token by its name in a config, such as {@code eos_token}; empty if no file names one, or if it is null there. */
    private Optional<AddedToken> named(String name) {
        var value = values.get(name);
        if (value == null || value.isNull()) {
            return Optional.empty();
        }
        var token = value.isObject()
                ? AddedToken.of(config, name, value, true)
                : AddedToken.plain(new JsonKeys(config.where(), config.json().objectNode().set(name, value)).token(name)
                        .orElseThrow(), true);
        return Optional.of(byText.getOrDefault(token.content(), token));
    }

    /** Its text, or what its class has for it, unless a file says that there is none. */
    Optional<String> text(String name) {
        return values.containsKey(name)
                ? named(name).map(AddedToken::content)
                : Optional.ofNullable(defaults.get(name));
    }

    /** Special tokens without a name of their own, that files list. */
    List<AddedToken> extra() {
        var extra = new ArrayList<AddedToken>();
        var listed = values.get("extra_special_tokens");
        if (listed != null) {
            listed.forEach(element -> extra.add(AddedToken.of(config, "additional_special_tokens", element, true)));
        }
        return extra;
    }

    /** The added tokens by the ids that files say for them. */
    Map<Long, AddedToken> declared() {
        return decoder;
    }

    /**
     * All that are added to a vocabulary, with their ids, in the order in which transformers adds them.
     *
     * @param vocabulary the model's ids
     * @param more special tokens that the vocabulary's own file has, unless other files list some
     */
    List<AddedToken.Placed> place(Map<String, Long> vocabulary, List<AddedToken> more) {
        var tokens = new LinkedHashMap<String, AddedToken>();
        var names = new HashMap<String, AddedToken>();
        for (var name : NAMES) {
            var token = values.containsKey(name)
                    ? named(name)
                    : Optional.ofNullable(defaults.get(name))
                            .map(text -> byText.getOrDefault(text, AddedToken.plain(text, true)));
            token.ifPresent(found -> names.putIfAbsent(found.content(), found));
        }
        decoder.values().forEach(token -> tokens.put(token.content(),
                names.containsKey(token.content()) ? token.asSpecial() : token));
        for (var name : NAMES) {
            text(name).ifPresent(text -> tokens.putIfAbsent(text, names.get(text)));
        }
        var extra = extra();
        (extra.isEmpty() ? more : extra).forEach(token -> tokens.putIfAbsent(token.content(), token));
        return AddedToken.place(tokens.values(), vocabulary, ids());
    }

    private Map<String, Long> ids() {
        var ids = new HashMap<String, Long>();
        decoder.forEach((id, token) -> ids.put(token.content(), id));
        return ids;
    }
}
