// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import anymesh.wire.call.CallContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * A Hugging Face {@code tokenizer.json}. Thread-safe; text is UTF-8, ids are those of the file. A request's text is to be
 * held against {@link #atLeast} before it is tokenized, and is tokenized on threads that are there for that.
 */
public final class TextTokenizer implements AutoCloseable {
    private final Path file;
    private final HuggingFaceTokenizer tokenizer;
    private final Map<String, Long> vocabulary;
    private final TokenBound bound;

    private TextTokenizer(Path file, HuggingFaceTokenizer tokenizer, JsonNode json) {
        this.file = file;
        this.tokenizer = tokenizer;
        this.vocabulary = vocabulary(json);
        this.bound = TokenBound.of(json);
    }

    /** Loads a tokenizer; {@link BundleException} if the file is none. */
    public static TextTokenizer load(Path file) {
        return load(file, Map.of("truncation", "false", "padding", "false"));
    }

    /**
     * Loads a tokenizer that cuts texts to so many ids, what is put around them included, as Hugging Face's
     * {@code truncation=True} does: the text gives way, an EOS stays.
     */
    public static TextTokenizer load(Path file, int maxLength) {
        var length = String.valueOf(maxLength);
        var tokenizer = load(file, Map.of("truncation", "true", "padding", "false", "maxLength", length,
                "modelMaxLength", length));
        if (tokenizer.encodeWithSpecials("").length > maxLength) {
            tokenizer.close();
            throw new BundleException(
                    "%s: what stands around a text has more than %d tokens".formatted(file, maxLength));
        }
        return tokenizer;
    }

    private static TextTokenizer load(Path file, Map<String, String> options) {
        try {
            var json = JsonMapper.builder().build().readTree(file.toFile());
            // The Path overload reads the file; the String one would ask a hub.
            return new TextTokenizer(file, HuggingFaceTokenizer.newInstance(file, options), json);
        } catch (IOException | RuntimeException e) {
            throw new BundleException(file + ": not a tokenizer: " + e.getMessage(), e);
        }
    }

    /** The fewest tokens that {@link #encode} can make of a text, told without tokenizing it. */
    public long atLeast(String text) {
        return bound.atLeast(text);
    }

    /** The ids of a text; added tokens that stand in it are recognised, nothing is put around it. */
    public long[] encode(String text) {
        return tokenizer.encode(text, false, false).getIds();
    }

    /**
     * As {@link #encode(String)}, for a request: the caller waits on a virtual thread, and is let go with a
     * {@link java.util.concurrent.CancellationException} or {@link anymesh.wire.error.DeadlineExceeded} when its call ends.
     */
    public long[] encode(String text, CallContext call) {
        return TokenizerThreads.run(call, text.length(), () -> encode(text));
    }

    /** The ids of a text with what the file's post-processor puts around it, such as BOS and EOS. */
    public long[] encodeWithSpecials(String text) {
        return tokenizer.encode(text, true, false).getIds();
    }

    /**
     * The ids of a text, cut to the length that was loaded with.
     *
     * @param isCut whether something was left out
     */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    public record Cut(long[] ids, boolean isCut) {}

    /** As {@link #encodeWithSpecials(String)}, for a request (see {@link #encode(String, CallContext)}), and whether that is all of the text. */
    public Cut cut(String text, CallContext call) {
        return TokenizerThreads.run(call, text.length(), () -> {
            var encoding = tokenizer.encode(text, true, false);
            return new Cut(encoding.getIds(), encoding.exceedMaxLength());
        });
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
