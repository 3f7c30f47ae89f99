// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Tokenizes text that a client wrote. Tokenizers recognise special tokens wherever they are spelled out, which would let
 * a client end its turn, speak as the system or start a generator; here such spellings are taken apart first, so that
 * they become ordinary text.
 */
final class PlainText {
    private final Set<Long> control;
    private final Pattern spellings;

    /** @param control the tokens that must not come out, and how they are spelled */
    PlainText(Map<Long, String> control) {
        this.control = control.keySet();
        this.spellings = anyOf(control.values());
    }

    /** @param encode token ids of a text, special tokens recognised */
    long[] encode(String text, Function<String, long[]> encode) {
        var ids = encode.apply(text);
        if (isPlain(ids)) {
            return ids;
        }
        var matcher = spellings.matcher(text);
        var parts = LongStream.builder();
        int from = 0;
        while (matcher.find()) {
            int inside = text.offsetByCodePoints(matcher.start(), 1);
            addPlain(text.substring(from, inside), encode, parts);
            from = inside;
            // Spellings may overlap: the rest of this one may be the beginning of another.
            matcher.region(inside, text.length());
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

    private static Pattern anyOf(Collection<String> texts) {
        return Pattern.compile(texts.stream().filter(text -> text.codePointCount(0, text.length()) > 1)
                .sorted(Comparator.comparingInt(String::length).reversed()).map(Pattern::quote)
                .collect(Collectors.collectingAndThen(Collectors.joining("|"),
                        any -> any.isEmpty() ? "(?!)" : any)));
    }
}
