// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The parts of a {@code tokenizer.json}, named as in the library tokenizers (0.23). */
final class TokenizerJson {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    static final String SPACE = "\u2581";

    private TokenizerJson() {}

    /** The whole file. */
    static ObjectNode of(List<AddedToken.Placed> added, @Nullable JsonNode normalizer, @Nullable JsonNode preTokenizer,
            @Nullable JsonNode postProcessor, JsonNode decoder, JsonNode model) {
        var json = JSON.objectNode().put("version", "1.0").putNull("truncation").putNull("padding");
        var tokens = json.putArray("added_tokens");
        added.stream().sorted(Comparator.comparingLong(AddedToken.Placed::id))
                .forEach(token -> token.json(tokens.addObject()));
        json.set("normalizer", normalizer);
        json.set("pre_tokenizer", preTokenizer);
        json.set("post_processor", postProcessor);
        json.set("decoder", decoder);
        json.set("model", model);
        return json;
    }

    static ObjectNode part(String type) {
        return JSON.objectNode().put("type", type);
    }

    private static ObjectNode sequence(String key, List<? extends JsonNode> parts) {
        var sequence = part("Sequence");
        sequence.putArray(key).addAll(parts);
        return sequence;
    }

    static ObjectNode normalizers(List<? extends JsonNode> parts) {
        return sequence("normalizers", parts);
    }

    static ObjectNode preTokenizers(List<? extends JsonNode> parts) {
        return sequence("pretokenizers", parts);
    }

    static ObjectNode decoders(List<? extends JsonNode> parts) {
        return sequence("decoders", parts);
    }

    /** Replaces a text; a normalizer and a decoder. */
    static ObjectNode replace(String text, String content) {
        var replace = part("Replace");
        replace.putObject("pattern").put("String", text);
        return replace.put("content", content);
    }

    static ObjectNode replaceRegex(String regex, String content) {
        var replace = part("Replace");
        replace.putObject("pattern").put("Regex", regex);
        return replace.put("content", content);
    }

    static ObjectNode split(String kind, String pattern, String behavior, boolean invert) {
        var split = part("Split");
        split.putObject("pattern").put(kind, pattern);
        return split.put("behavior", behavior).put("invert", invert);
    }

    /** The bytes of a text as letters; a pre-tokenizer and a decoder. */
    static ObjectNode byteLevel(boolean addsPrefixSpace, boolean usesRegex) {
        return part("ByteLevel").put("add_prefix_space", addsPrefixSpace).put("trim_offsets", true).put("use_regex",
                usesRegex);
    }

    static ObjectNode metaspace(String scheme, boolean splits) {
        return part("Metaspace").put("replacement", SPACE).put("prepend_scheme", scheme).put("split", splits);
    }

    static ObjectNode strip() {
        return part("Strip").put("content", " ").put("start", 1).put("stop", 0);
    }

    /** A byte-pair encoding without its vocabulary and merges, with the settings that differ. */
    static ObjectNode bpe(@Nullable String unknown, @Nullable String suffix, boolean fusesUnknown, boolean byteFallback,
            boolean ignoresMerges) {
        return part("BPE").putNull("dropout").put("unk_token", unknown)
                .put("continuing_subword_prefix", suffix == null ? null : "").put("end_of_word_suffix", suffix)
                .put("fuse_unk", fusesUnknown).put("byte_fallback", byteFallback).put("ignore_merges", ignoresMerges);
    }

    static void vocabulary(ObjectNode model, Map<String, Long> vocabulary) {
        var vocab = model.putObject("vocab");
        vocabulary.forEach(vocab::put);
    }

    static void merges(ObjectNode model, List<String[]> merges) {
        var list = model.putArray("merges");
        for (var merge : merges) {
            list.addArray().add(merge[0]).add(merge[1]);
        }
    }

    /** A token that is put around a text. */
    record Around(String token, long id) {}

    /** What is put around one text, or two. */
    static ObjectNode template(Optional<Around> before, Optional<Around> after, int typeOfSecond) {
        var template = part("TemplateProcessing");
        var single = template.putArray("single");
        before.ifPresent(token -> special(single, token, 0));
        text(single, "A", 0);
        after.ifPresent(token -> special(single, token, 0));
        var pair = template.putArray("pair").addAll(single);
        text(pair, "B", typeOfSecond);
        after.ifPresent(token -> special(pair, token, typeOfSecond));
        var specials = template.putObject("special_tokens");
        before.ifPresent(token -> ids(specials, token));
        after.ifPresent(token -> ids(specials, token));
        return template;
    }

    private static void special(ArrayNode into, Around token, int type) {
        into.addObject().putObject("SpecialToken").put("id", token.token()).put("type_id", type);
    }

    private static void text(ArrayNode into, String name, int type) {
        into.addObject().putObject("Sequence").put("id", name).put("type_id", type);
    }

    private static void ids(ObjectNode into, Around token) {
        var special = into.putObject(token.token()).put("id", token.token());
        special.putArray("ids").add(token.id());
        special.putArray("tokens").add(token.token());
    }

    /** A BOS and an EOS where the config wants them ({@code TokenizersBackend.update_post_processor}). */
    static ObjectNode beginAndEnd(SpecialTokens specials, List<AddedToken.Placed> added) {
        return template(around(specials, added, "add_bos_token", "bos_token"),
                around(specials, added, "add_eos_token", "eos_token"), 1);
    }

    private static Optional<Around> around(SpecialTokens specials, List<AddedToken.Placed> added,
            String flag, String name) {
        return specials.config().flag(flag).orElse(false)
                ? specials.text(name).flatMap(text -> around(text, added))
                : Optional.empty();
    }

    static Optional<Around> around(String text, List<AddedToken.Placed> added) {
        return added.stream().filter(token -> token.token().content().equals(text)).findFirst()
                .map(token -> new Around(text, token.id()));
    }
}
