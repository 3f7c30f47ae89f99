// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

/**
 * What a draft model has read of one answer, and how many tokens are worth guessing next: two more each time that all were right,
 * one less otherwise (the heuristic schedule of transformers' assisted generation), and none for a while after several runs in a row
 * without a right guess.
 */
final class Draft {
    private static final int FIRST = 4;
    private static final int MISSES = 4;
    private static final int PAUSE = 8;

    private final Sequence sequence = new Sequence();
    private int wanted = FIRST;
    private int misses;
    private int paused;
    private boolean isOver;

    /** What the draft model has read: never more than the answer's own sequence and the tokens that were guessed after it. */
    Sequence sequence() {
        return sequence;
    }

    /** How many tokens to guess at most for the next run. */
    int wanted(int most) {
        if (misses == MISSES) {
            if (paused < PAUSE) {
                paused++;
                return 0;
            }
            paused = 0;
            misses--;
        }
        return Math.max(0, Math.min(wanted, most));
    }

    /** Learns how many of the guesses of a run were right. */
    void fared(int drafted, int accepted) {
        if (drafted > 0) {
            // Fewer than were wanted may have been guessed, as where the answer ends.
            wanted = accepted == drafted ? Math.max(wanted, drafted + 2) : Math.max(1, wanted - 1);
            misses = accepted > 0 ? 0 : misses + 1;
        }
    }

    /** Nothing is guessed any more. */
    void end() {
        isOver = true;
    }

    boolean isOver() {
        return isOver;
    }
}
