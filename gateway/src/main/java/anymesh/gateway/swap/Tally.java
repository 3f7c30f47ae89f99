// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

/**
 * What one measure has come to. Tallies of several gateways add up, as the stakes of independent bets multiply.
 *
 * @param seen pairs that were compared since the step began
 * @param lost by how much the incumbent was better in these, in all
 * @param lately the logarithm of the stake of who bets that the candidate is worse, since the step began
 * @param all pairs since the swap began
 * @param worse as {@code lately}, since the swap began
 * @param enough the same of who bets that it is good enough
 */
public record Tally(long seen, double lost, double lately, long all, double worse, double enough) {
    static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0);

    Tally plus(Tally other) {
        return new Tally(seen + other.seen, lost + other.lost, lately + other.lately, all + other.all,
                worse + other.worse, enough + other.enough);
    }

    /** Whether who bets that it is worse has won; wrong with a probability of {@code alpha}, ever. */
    boolean isWorse(double alpha) {
        return Math.max(worse, lately) >= -Math.log(alpha / 2);
    }

    /** The same of who bets that it is good enough. */
    boolean isEnough(double alpha) {
        return enough >= -Math.log(alpha);
    }

    /** By how much the incumbent was better on average since the step began. */
    public double loss() {
        return seen == 0 ? 0 : lost / seen;
    }
}
