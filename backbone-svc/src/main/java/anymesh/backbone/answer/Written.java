// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.ArrayList;
import java.util.List;

/**
 * The tokens of one answer so far. Those of a continuation are given, not sampled; the others are told with the next
 * text or signal, so that whoever reads the answer knows what it is made of and could have it continued.
 */
final class Written {
    private final List<Integer> given;
    private final Repetition repetition;
    private final List<Integer> untold = new ArrayList<>();
    private int count;

    /**
     * @param given what another instance has written, from the beginning
     * @param repetition is told of each token
     */
    Written(List<Integer> given, Repetition repetition) {
        this.given = List.copyOf(given);
        this.repetition = repetition;
    }

    /** Tokens so far. */
    int count() {
        return count;
    }

    /** Whether the next token is given. */
    boolean isGiven() {
        return count < given.size();
    }

    /** The next token; only while {@link #isGiven}. */
    int given() {
        return given.get(count);
    }

    void add(long token) {
        if (!isGiven()) {
            untold.add((int) token);
        }
        count++;
        repetition.saw(token);
    }

    void add(List<Long> tokens) {
        tokens.forEach(this::add);
    }

    /** What was not given and not told yet; told herewith. */
    List<Integer> tell() {
        var told = List.copyOf(untold);
        untold.clear();
        return told;
    }
}
