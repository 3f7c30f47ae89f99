// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

/**
 * Two releases by one measure of what they did, from 0 to 1 where 1 is best: an answer that did not fail, a picture that shows
 * what was asked for. What the candidate did is held against what the incumbent did at about the same time, one against one.
 * Two bets run side by side: that the candidate is worse, and that it is not worse by {@code margin}.
 *
 * @param worse against the claim that the candidate is as good as the incumbent
 * @param lately the same, begun anew with each step
 * @param enough against the claim that it is worse by the margin or more
 */
public record Comparison(double margin, Wager worse, Wager lately, Wager enough) {
    public Comparison {
        if (!(margin > 0 && margin < 1)) {
            throw new IllegalArgumentException("margin: %s (expected: > 0, < 1)".formatted(margin));
        }
    }

    /** What a comparison comes to. */
    public enum Verdict {
        /** The candidate is worse. */
        WORSE,
        /** It is not worse by the margin. */
        GOOD_ENOUGH,
        /** Too little was seen to say. */
        OPEN
    }

    /** Before anything was seen; a candidate may be worse by less than {@code margin}. */
    public static Comparison within(double margin) {
        return new Comparison(margin, Wager.on(1), Wager.on(1), Wager.on(1 - margin));
    }

    /** After one more of each. */
    public Comparison see(double incumbent, double candidate) {
        double loss = requireShare(incumbent) - requireShare(candidate);
        return new Comparison(margin, worse.see(loss), lately.see(loss), enough.see(margin - loss));
    }

    private static double requireShare(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("%s (expected: 0 to 1)".formatted(value));
        }
        return value;
    }

    /** Each of the two verdicts is wrong with a probability of at most {@code alpha}, ever. Whoever is worse is not good enough. */
    public Verdict verdict(double alpha) {
        if (worse.isRefuted(alpha)) {
            return Verdict.WORSE;
        }
        return enough.isRefuted(alpha) ? Verdict.GOOD_ENOUGH : Verdict.OPEN;
    }

    /** As a new step begins: what goes wrong from now on is to show soon, however good it was before. */
    Comparison again() {
        return new Comparison(margin, worse, Wager.on(1), enough);
    }

    Tally tally() {
        return new Tally(lately.seen(), lately.sum(), lately.gain(), worse.seen(), worse.gain(), enough.gain());
    }

    /** How many of each were compared. */
    public long seen() {
        return worse.seen();
    }

    /** By how much the incumbent was better on average. */
    public double loss() {
        return worse.mean();
    }
}
