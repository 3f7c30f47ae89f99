// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

/**
 * A bet against the claim that the mean of what is seen is at most 0. It begins with a stake of 1 and puts a part of it on
 * every value that comes, more the more the values so far speak against the claim; where the claim is true no way of betting
 * gains. So at any time, and however often it is looked at, the stake of a bet against a true claim has ever reached 1/α with a
 * probability of at most α (Ville 1939; Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting",
 * 2023, whose aGRAPA bets these are).
 *
 * @param least no value is less than minus this
 * @param seen how many values came
 * @param sum of them
 * @param squares the sum of their squares
 * @param gain the natural logarithm of the stake
 * @param best the highest gain so far
 */
public record Wager(double least, long seen, double sum, double squares, double gain, double best) {
    /** What is taken for seen before anything is: one value that says nothing, from anywhere between -1/2 and 1/2. */
    private static final double PRIOR_VARIANCE = 0.25;
    /** Values that were all the same so far may differ after all. */
    private static final double LEAST_VARIANCE = 1e-4;
    /** Never more than half of what could be lost at once. */
    private static final double BOLDEST = 0.5;

    public Wager {
        if (!(least > 0)) {
            throw new IllegalArgumentException("least: %s (expected: > 0)".formatted(least));
        }
    }

    /** A bet on values of which none is less than {@code -least}. */
    public static Wager on(double least) {
        return new Wager(least, 0, 0, 0, 0, 0);
    }

    /** After one more value. */
    public Wager see(double value) {
        if (!(value >= -least)) {
            throw new IllegalArgumentException("%s (expected: >= %s)".formatted(value, -least));
        }
        double now = gain + Math.log1p(bet() * value);
        return new Wager(least, seen + 1, sum + value, squares + value * value, now, Math.max(best, now));
    }

    /** The part of the stake that is put on the next value, by what came before it. */
    private double bet() {
        double mean = sum / (seen + 1);
        double variance = Math.max(LEAST_VARIANCE, (squares + PRIOR_VARIANCE) / (seen + 1) - mean * mean);
        return Math.clamp(mean / (variance + mean * mean), 0, BOLDEST / least);
    }

    /** Whether the claim is refuted: if it were true, that would happen once in 1/{@code alpha} bets, ever. */
    public boolean isRefuted(double alpha) {
        return best >= -Math.log(alpha);
    }

    /** The mean of what was seen; 0 of nothing. */
    public double mean() {
        return seen == 0 ? 0 : sum / seen;
    }
}
