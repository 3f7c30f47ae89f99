// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** A Hugging Face {@code tokenizer.json}. Thread-safe; text is UTF-8, ids are those of the file. */
public final class TextTokenizer implements AutoCloseable {
    private final Path file;
    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Long> vocabulary;

    private TextTokenizer(Path file, HuggingFaceTokenizer tokenizer, Map<String, Long> vocabulary) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary;
    }

    /** Loads a tokenizer; {@link BundleException} if the file is none. */
    public static TextTokenizer load(Path file) {
        try {
            // The Path overload reads the file; the String one would ask a hub.
            var tokenizer = HuggingFaceTokenizer.newInstance(file, Map.of("truncation", "false", "padding", "false"));
            return new TextTokenizer(file, tokenizer, vocabulary(JsonMapper.builder().build().readTree(file.toFile())));
        } catch (IOException | RuntimeException e) {
            throw new BundleException(file + ": not a tokenizer: " + e.getMessage(), e);
        }
    }

    /** The ids of a text; added tokens that stand in it are recognised, nothing is put around it. */
    public long[] encode(String text) {
        return tokenizer.encode(text, false, false).getIds();
    }

    /** The ids of a text with what the file's post-processor puts around it, such as BOS and EOS. */
    public long[] encodeWithSpecials(String text) {
        return tokenizer.encode(text, true, false).getIds();
    }

    /** The text of ids, special tokens left out. */
    public String decode(long[] ids) {
        return tokenizer.decode(ids, true);
    }

    /** The id of one token; {@link BundleException} if the vocabulary hasn't got it. */
    public long id(String token) {
        var id = vocabulary.get(token);
        if (id == null) {
            throw new BundleException("%s: no token '%s'".formatted(file, token));
        }
        return id;
    }

    /** Every token with its id, those that were added as wholes (signals, turn marks) included. */
    public Map<String, Long> vocabulary() {
        return vocabulary;
    }

    @Override
    public void close() {
        tokenizer.close();
    }

    private static Map<String, Long> vocabulary(JsonNode json) {
        var ids = new HashMap<String, Long>();
        json.path("model").path("vocab").properties().forEach(e -> ids.put(e.getKey(), e.getValue().asLong()));
        json.path("added_tokens").forEach(token -> ids.put(token.path("content").asText(), token.path("id").asLong()));
        return Collections.unmodifiableMap(ids);
    }
}
