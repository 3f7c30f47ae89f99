// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import java.time.Duration;
import java.util.List;

/**
 * How a swap is to go.
 *
 * @param steps the candidate's shares of the traffic in percent, one after the other
 * @param hold the least time at a step
 * @param maxHold the most: whoever is undecided then is rolled back
 * @param shadow of a hundred outputs, how many are made by both releases to be compared
 * @param dryRun ends before the first step
 * @param golden prompts that are asked of both releases while traffic says too little
 * @param goldenShare of the time, in percent, that they may take where callers ask too
 */
public record SwapOptions(List<Integer> steps, Duration hold, Duration maxHold, int shadow, SwapLimits limits,
        boolean dryRun, List<String> golden, int goldenShare) {
    private static final int ALL = 100;
    private static final int MOST_GOLDEN = 100;
    private static final int IDLE_GOLDEN_SHARE = 50;

    public SwapOptions {
        steps = List.copyOf(steps);
        golden = List.copyOf(golden);
        if (steps.isEmpty() || steps.getLast() != ALL || !steps.equals(steps.stream().sorted().distinct().toList())
                || steps.getFirst() < 1) {
            throw new IllegalArgumentException("steps: %s (expected: growing, from 1 to 100)".formatted(steps));
        }
        if (hold.isNegative() || maxHold.compareTo(hold) < 0) {
            throw new IllegalArgumentException("hold: %s, max-hold: %s (expected: 0 <= hold <= max-hold)"
                    .formatted(hold, maxHold));
        }
        if (shadow < 1 || shadow > ALL) {
            throw new IllegalArgumentException("shadow: %d (expected: 1 to 100)".formatted(shadow));
        }
        if (goldenShare < 1 || goldenShare > ALL) {
            throw new IllegalArgumentException("golden-share: %d (expected: 1 to 100)".formatted(goldenShare));
        }
        if (golden.size() > MOST_GOLDEN) {
            throw new IllegalArgumentException("golden: %d prompts (expected: at most 100)".formatted(golden.size()));
        }
    }

    /** Of the time, in percent, that golden prompts may take where callers ask for what is swapped, or don't. */
    int goldenShare(boolean callersAsk) {
        return callersAsk ? goldenShare : Math.max(goldenShare, IDLE_GOLDEN_SHARE);
    }

    public static SwapOptions defaults() {
        return new SwapOptions(List.of(5, 25, 50, ALL), Duration.ofSeconds(30), Duration.ofMinutes(10), 10,
                SwapLimits.defaults(), false, List.of(), 10);
    }
}
