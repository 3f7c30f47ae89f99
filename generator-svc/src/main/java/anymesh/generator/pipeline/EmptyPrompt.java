// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The empty prompt as token ids, tokenised and padded as transformers does with {@code padding="max_length"}.
 *
 * @param mask 1 for tokens, 0 for padding
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record EmptyPrompt(long[] ids, long[] mask) {

    /** transformers writes 1e30 for a tokenizer without a limit. */
    private static final double NO_LIMIT = 1e6;

    /** @param declaredLength the length that the text encoder's session fixes, or -1 */
    static EmptyPrompt read(ModelBundle bundle, int declaredLength) {
        var config = bundle.read("tokenizer/tokenizer_config.json", JsonNode.class);
        int length = length(bundle, config, declaredLength);
        try (var tokenizer = TextTokenizer.load(bundle.file("tokenizer/tokenizer.json"))) {
            long[] tokens = tokens(bundle, config, tokenizer);
            int kept = Math.min(tokens.length, length);
            boolean left = config.path("padding_side").asText("right").equals("left");
            long[] ids = new long[length];
            long[] mask = new long[length];
            if (kept < length) {
                Arrays.fill(ids, padding(bundle, config, tokenizer));
            }
            int at = left ? length - kept : 0;
            System.arraycopy(tokens, 0, ids, at, kept);
            Arrays.fill(mask, at, at + kept, 1);
            return new EmptyPrompt(ids, mask);
        }
    }

    private static int length(ModelBundle bundle, JsonNode config, int declared) {
        double configured = config.path("model_max_length").asDouble(Double.MAX_VALUE);
        if (configured >= NO_LIMIT) {
            var encoder = bundle.read("text_encoder/config.json", JsonNode.class);
            configured = encoder.path("max_position_embeddings").asInt(declared);
        }
        if (configured < 1 || (declared > 0 && declared != configured)) {
            throw new BundleException(
                    "%s/tokenizer/tokenizer_config.json: model_max_length: %s (expected: the text encoder's length%s)"
                            .formatted(bundle.directory(), config.path("model_max_length"),
                                    declared > 0 ? ", " + declared : ""));
        }
        return (int) configured;
    }

    /** BOS and EOS come from tokenizer.json's post-processor; where it has none, from the flags of tokenizer_config.json. */
    private static long[] tokens(ModelBundle bundle, JsonNode config, TextTokenizer tokenizer) {
        var ids = LongStream.of(tokenizer.encodeWithSpecials(""));
        var processor = bundle.read("tokenizer/tokenizer.json", JsonNode.class).path("post_processor");
        if (!processor.isMissingNode() && !processor.isNull()) {
            return ids.toArray();
        }
        var begin = config.path("add_bos_token").asBoolean(false) ? token(config, "bos_token") : null;
        var end = config.path("add_eos_token").asBoolean(false) ? token(config, "eos_token") : null;
        return LongStream.concat(LongStream.concat(one(tokenizer, begin), ids), one(tokenizer, end)).toArray();
    }

    private static LongStream one(TextTokenizer tokenizer, @Nullable String token) {
        return token == null ? LongStream.empty() : LongStream.of(tokenizer.id(token));
    }

    private static long padding(ModelBundle bundle, JsonNode config, TextTokenizer tokenizer) {
        var token = token(config, "pad_token");
        if (token == null && bundle.has("tokenizer/special_tokens_map.json")) {
            token = token(bundle.read("tokenizer/special_tokens_map.json", JsonNode.class), "pad_token");
        }
        if (token == null) {
            throw new BundleException(bundle.directory() + "/tokenizer/tokenizer_config.json: pad_token: absent");
        }
        return tokenizer.id(token);
    }

    /** Text of a token in a tokenizer's config: a string, or an object with its content. Null if there is none. */
    private static @Nullable String token(JsonNode config, String key) {
        var token = config.path(key);
        var text = token.isObject() ? token.path("content") : token;
        return text.isTextual() ? text.asText() : null;
    }
}
