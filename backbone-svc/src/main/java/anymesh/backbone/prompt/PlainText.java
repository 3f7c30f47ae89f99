// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.kit.model.Spellings;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * Tokenizes text that a client wrote. Tokenizers recognise special tokens wherever they are spelled out, which would let
 * a client end its turn, speak as the system or start a generator; here such spellings are taken apart first, so that
 * they become ordinary text.
 */
final class PlainText {
    private final Set<Long> control;
    private final Spellings spellings;

    /** @param control the tokens that must not come out, and how they are spelled */
    PlainText(Map<Long, String> control) {
        this.control = control.keySet();
        this.spellings = new Spellings(control);
    }

    /** @param encode token ids of a text, special tokens recognised */
    long[] encode(String text, Function<String, long[]> encode) {
        var ids = encode.apply(text);
        if (isPlain(ids)) {
            return ids;
        }
        var parts = LongStream.builder();
        int from = 0;
        for (int i = 0; i < text.length();) {
            int end = spellings.endOf(text, i);
            if (end < 0 || text.codePointCount(i, end) == 1) {
                i++;
            } else {
                // Spellings may overlap: the rest of this one may be the beginning of another.
                i = text.offsetByCodePoints(i, 1);
                addPlain(text.substring(from, i), encode, parts);
                from = i;
            }
        }
        addPlain(text.substring(from), encode, parts);
        return parts.build().toArray();
    }

    /** Halves a text until nothing special comes out: a tokenizer may normalise other spellings into a special token. */
    private void addPlain(String text, Function<String, long[]> encode, LongStream.Builder parts) {
        if (text.isEmpty()) {
            return;
        }
        var ids = encode.apply(text);
        int characters = text.codePointCount(0, text.length());
        if (isPlain(ids)) {
            Arrays.stream(ids).forEach(parts::add);
        } else if (characters > 1) {
            int half = text.offsetByCodePoints(0, characters / 2);
            addPlain(text.substring(0, half), encode, parts);
            addPlain(text.substring(half), encode, parts);
        }
        // A single character that is a special token has no ordinary form: it is left out.
    }

    private boolean isPlain(long[] ids) {
        return Arrays.stream(ids).noneMatch(control::contains);
    }
}
