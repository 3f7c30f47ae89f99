// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.backbone.constraint.TokenTrie;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The bytes that each token stands for: characters may be made of several tokens, so that one alone need not be text. Known for
 * tokenizers of bytes (GPT-2's alphabet, or SentencePiece's with byte fallback); of others it is what the token is decoded to by itself.
 */
public final class TokenTexts {
    private static final String META_SPACE = "\u2581";

    private final Map<Long, String> control;
    private final Map<Integer, byte[]> texts;
    private final boolean isExact;
    private final Function<long[], String> decode;

    private TokenTexts(Map<Long, String> control, Map<Integer, byte[]> texts, boolean isExact,
            Function<long[], String> decode) {
        this.control = control;
        this.texts = texts;
        this.isExact = isExact;
        this.decode = decode;
    }

    /**
     * @param vocabulary the ids by their names
     * @param control tokens that are no text, and their names
     * @param size how many ids the model has
     */
    static TokenTexts of(TokenizerFile file, Map<String, Long> vocabulary, Map<Long, String> control, int size,
            Function<long[], String> decode) {
        @Nullable
        Function<String, byte[]> bytes = switch (file.alphabet()) {
            case BYTE_LEVEL -> ByteAlphabet::bytes;
            case BYTE_FALLBACK -> TokenTexts::pieceBytes;
            case OTHER -> null;
        };
        var named = new HashMap<>(control);
        file.addedTokens().stream().filter(TokenizerFile.AddedToken::special)
                .forEach(token -> named.put(token.id(), token.content())); // they are left out of decoded text
        var texts = new HashMap<Integer, byte[]>();
        if (bytes != null) {
            vocabulary.forEach((name, id) -> {
                if (id < size && !named.containsKey(id) && !name.isEmpty()) {
                    texts.put(id.intValue(), bytes.apply(name));
                }
            });
        }
        return new TokenTexts(named, texts, bytes != null, decode);
    }

    /**
     * Why documents can't be written with a {@code tokenizer.json}; nothing if they can.
     *
     * @param ends the tokens that end an answer
     */
    public static Optional<String> whyNoDocuments(JsonNode json, Map<String, Long> vocabulary, Set<Long> ends) {
        var file = JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build()
                .convertValue(json, TokenizerFile.class);
        int size = (int) Math.min(1 + vocabulary.values().stream().mapToLong(Long::longValue).max().orElse(0),
                Integer.MAX_VALUE);
        try {
            var control = ends.stream().collect(Collectors.toMap(end -> end, _ -> ""));
            var _ = of(file, vocabulary, control, size, _ -> "").trie(size, Map.of());
            return Optional.empty();
        } catch (BundleException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    private static byte[] pieceBytes(String name) {
        return name.length() == 6 && name.startsWith("<0x") && name.endsWith(">")
                ? new byte[]{(byte) Integer.parseInt(name, 3, 5, 16)}
                : name.replace(META_SPACE, " ").getBytes(StandardCharsets.UTF_8);
    }

    /** Whether a token is no text but a signal, an end or a mark. */
    public boolean isControl(int token) {
        return control.containsKey((long) token);
    }

    /** The bytes of a token; the name of one that is no text. */
    public byte[] bytes(int token) {
        String name = control.get((long) token);
        if (name != null) {
            return name.getBytes(StandardCharsets.UTF_8);
        }
        byte @Nullable [] known = texts.get(token);
        return known != null
                ? known
                : isExact ? new byte[0] : decode.apply(new long[]{token}).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * All that are text, to write documents with; {@link BundleException} if their bytes are not known.
     *
     * @param marks the codes of others, none of which is text in UTF-8
     */
    TokenTrie trie(int size, Map<Integer, byte[]> marks) {
        if (!isExact) {
            throw new BundleException(
                    "response_formats: the tokenizer is none of bytes (expected: a decoder ByteLevel or "
                            + "ByteFallback)");
        }
        var all = new HashMap<>(texts);
        all.values().removeIf(TokenTexts::isNoPartOfText);
        all.putAll(marks);
        return TokenTrie.of(size, all);
    }

    /** Bytes that UTF-8 has nowhere. */
    private static boolean isNoPartOfText(byte[] bytes) {
        for (byte octet : bytes) {
            if ((octet & 0xFF) == 0xFF) {
                return true;
            }
        }
        return false;
    }
}
