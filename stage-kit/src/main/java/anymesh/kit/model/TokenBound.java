// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;

/**
 * The fewest tokens that a text can come to, told from its length: no token stands for more of it than the longest one of
 * the vocabulary is long. Where bytes are tokens and nothing is normalised, every byte of the text counts. Elsewhere only
 * characters do that no normalizer drops, joins to others or takes for a blank: blanks, controls, marks and the parts of
 * Korean syllables are left out.
 *
 * <p>The one thing that it does not know is a vocabulary that lacks letters: a tokenizer that drops what it does not know,
 * or writes one token for a whole unknown word, can make less of a text than this. Such a text says nothing to its model.
 *
 * @param longest of all tokens, in bytes or in characters
 */
record TokenBound(int longest, boolean bytes) {

    static TokenBound of(JsonNode tokenizer) {
        boolean bytes = isNothing(tokenizer.path("normalizer")) && endsInBytes(tokenizer.path("pre_tokenizer"));
        int longest = 1;
        var vocabulary = tokenizer.path("model").path("vocab");
        for (var entry : vocabulary.properties()) {
            longest = Math.max(longest, entry.getKey().codePointCount(0, entry.getKey().length()));
        }
        for (var pair : vocabulary) { // a Unigram's is a list of pairs
            longest = Math.max(longest, pair.path(0).asText().length());
        }
        for (var token : tokenizer.path("added_tokens")) {
            longest = Math.max(longest, token.path("content").asText().getBytes(StandardCharsets.UTF_8).length);
            bytes &= !token.path("lstrip").asBoolean() && !token.path("rstrip").asBoolean(); // they take all blanks beside
        }
        return new TokenBound(longest, bytes);
    }

    /** Goes through the text once and allocates nothing. */
    long atLeast(String text) {
        long units = 0;
        for (int i = 0; i < text.length();) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            units += bytes ? utf8Bytes(character) : isKept(character) ? 1 : 0;
        }
        return Math.ceilDiv(units, longest);
    }

    private static int utf8Bytes(int character) {
        return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    }

    private static boolean isKept(int character) {
        return switch (Character.getType(character)) {
            case Character.UPPERCASE_LETTER, Character.LOWERCASE_LETTER, Character.TITLECASE_LETTER,
                    Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER,
                    Character.CONNECTOR_PUNCTUATION, Character.DASH_PUNCTUATION, Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION, Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION, Character.OTHER_PUNCTUATION, Character.MATH_SYMBOL,
                    Character.CURRENCY_SYMBOL, Character.OTHER_SYMBOL ->
                true;
            case Character.OTHER_LETTER -> !isPartOfSyllable(character);
            default -> false;
        };
    }

    /** Vowels and final consonants of Hangul, which are joined to the consonant before them. */
    private static boolean isPartOfSyllable(int character) {
        return (character >= 0x1160 && character <= 0x11FF) || (character >= 0xD7B0 && character <= 0xD7FF);
    }

    private static boolean isNothing(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    /** Whether each byte becomes a character of the vocabulary, with nothing taken out before. */
    private static boolean endsInBytes(JsonNode preTokenizer) {
        return switch (preTokenizer.path("type").asText()) {
            case "ByteLevel" -> true;
            case "Sequence" -> {
                var steps = preTokenizer.path("pretokenizers");
                boolean keeps = !steps.isEmpty() && endsInBytes(steps.path(steps.size() - 1));
                for (int i = 0; i < steps.size() - 1; i++) {
                    var type = steps.path(i).path("type").asText();
                    keeps &= type.equals("Digits")
                            || (type.equals("Split") && !steps.path(i).path("behavior").asText().equals("Removed"));
                }
                yield keeps;
            }
            default -> false;
        };
    }
}
