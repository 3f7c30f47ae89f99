// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.List;

/**
 * Finds stop texts in a stream of text, across its pieces. What may be the beginning of one is held back until it is
 * certain that it is not. A character costs about as much as there are stop texts, however long and repetitive they are.
 */
final class StopMatcher {
    private final List<Stop> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean matched;

    /** @param stops none of them empty */
    StopMatcher(List<String> stops) {
        this.stops = stops.stream().map(Stop::new).toList();
    }

    /** Takes more text and returns what may be shown of all so far; nothing from a stop on. */
    String accept(String text) {
        if (matched) {
            return "";
        }
        int before = held.length();
        held.append(text);
        int stopAt = Integer.MAX_VALUE;
        int mayBeStop = 0;
        for (var stop : stops) {
            int end = stop.endIn(text);
            if (end >= 0) {
                stopAt = Math.min(stopAt, before + end - stop.length());
            }
            mayBeStop = Math.max(mayBeStop, stop.begun());
        }
        matched = stopAt < Integer.MAX_VALUE;
        return take(matched ? stopAt : held.length() - mayBeStop);
    }

    /** Whether a stop text was seen. */
    boolean matched() {
        return matched;
    }

    /** What was held back, now that no more text can complete a stop. */
    String flush() {
        stops.forEach(Stop::forget);
        return matched ? "" : take(held.length());
    }

    private String take(int length) {
        var text = held.substring(0, length);
        held.delete(0, length);
        return text;
    }

    /** One stop text and how much of it the stream ends with (Knuth, Morris and Pratt 1977). */
    private static final class Stop {
        private final String text;
        /** For each beginning of the text, by its length, the longest shorter one that it ends with. */
        private final int[] shorter;
        private int begun;

        Stop(String text) {
            this.text = text;
            this.shorter = new int[text.length() + 1];
            for (int end = 1, length = 0; end < text.length(); shorter[++end] = length) {
                length = longer(length, text.charAt(end));
            }
        }

        /** The beginning that the stream ends with when, after one of this length, another character comes. */
        private int longer(int length, char next) {
            int known = length;
            while (known > 0 && (known == text.length() || text.charAt(known) != next)) {
                known = shorter[known];
            }
            return text.charAt(known) == next ? known + 1 : 0;
        }

        /** Where in a further piece this stop is complete for the first time; negative if it is not. */
        int endIn(String piece) {
            for (int i = 0; i < piece.length(); i++) {
                begun = longer(begun, piece.charAt(i));
                if (begun == text.length()) {
                    return i + 1;
                }
            }
            return -1;
        }

        int begun() {
            return begun;
        }

        void forget() {
            begun = 0;
        }

        int length() {
            return text.length();
        }
    }
}
