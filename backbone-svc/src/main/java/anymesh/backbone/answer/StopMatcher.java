// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.List;

/**
 * Finds stop texts in a stream of text, across its pieces. What may be the beginning of one is held back until it is
 * certain that it is not.
 */
final class StopMatcher {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean matched;

    /** @param stops none of them empty */
    StopMatcher(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** Takes more text and returns what may be shown of all so far; nothing from a stop on. */
    String accept(String text) {
        if (matched) {
            return "";
        }
        held.append(text);
        int stop = firstStop();
        if (stop >= 0) {
            matched = true;
            return take(stop);
        }
        return take(held.length() - mayBeStop());
    }

    /** Whether a stop text was seen. */
    boolean matched() {
        return matched;
    }

    /** What was held back, now that no more text can complete a stop. */
    String flush() {
        return matched ? "" : take(held.length());
    }

    private String take(int length) {
        var text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    private int firstStop() {
        return stops.stream().mapToInt(held::indexOf).filter(at -> at >= 0).min().orElse(-1);
    }

    /** The length of the longest end of the held text that begins a stop. */
    private int mayBeStop() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length()); length > longest; length--) {
                if (stop.startsWith(held.substring(held.length() - length))) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
