// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Turns tokens into text as they come. A token's text depends on its neighbours (spaces, characters of several byte
 * tokens), so each is decoded with those before it and the difference is what it adds: the method of text-generation-
 * inference and vLLM. Text that ends in the middle of a UTF-8 character waits for the rest of it, but not for ever: each
 * token is decoded with all that wait.
 */
final class TextStream {
    private static final String HALF_CHARACTER = "\uFFFD";
    /** A character has four bytes, so of more tokens that are all halves of some none becomes one. */
    private static final int MOST_WAITING = 8;

    private final Function<long[], String> decode;
    private long[] window = {};
    private int shown;

    /** @param decode the text of token ids, special tokens left out */
    TextStream(Function<long[], String> decode) {
        this.decode = decode;
    }

    /** Takes a token and returns the text that is certain now; often empty. */
    String add(long token) {
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = token;
        var text = pending();
        boolean wait = window.length - shown < MOST_WAITING;
        if (text.isEmpty()) {
            if (!wait) {
                window = Arrays.copyOf(window, shown); // they have no text, whatever follows
            }
            return "";
        }
        if (text.endsWith(HALF_CHARACTER) && (wait || !text.replace(HALF_CHARACTER, "").isEmpty())) {
            return "";
        }
        // What was just shown stays as the context of what follows; what is older no longer matters.
        window = Arrays.copyOfRange(window, shown, window.length);
        shown = window.length;
        return text;
    }

    /** What is left when no more tokens come; half a character at the end is dropped. */
    String flush() {
        var text = pending();
        window = Arrays.copyOf(window, shown);
        int end = text.length();
        while (end > 0 && text.startsWith(HALF_CHARACTER, end - 1)) {
            end--;
        }
        return text.substring(0, end);
    }

    private String pending() {
        var before = shown == 0 ? "" : decode.apply(Arrays.copyOf(window, shown));
        var all = decode.apply(window);
        return all.length() > before.length() ? all.substring(before.length()) : "";
    }
}
