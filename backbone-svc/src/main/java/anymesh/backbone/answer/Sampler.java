// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.wire.error.InferenceFailed;

/**
 * Chooses tokens for one request. Its randomness is a count of its own draws hashed with its seed, so a seed gives the
 * same answer whoever shares the batch, on every JDK.
 */
final class Sampler {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final Warping warping;
    private final long seed;
    private long draws;

    Sampler(Warping warping, long seed) {
        this.warping = warping;
        this.seed = seed;
    }

    /** The next token; tokens whose logit is negative infinity are never chosen. Overwrites the logits. */
    int next(float[] logits) {
        int likeliest = argmax(logits);
        requireFinite(logits[likeliest]);
        if (warping.temperature() == 0) {
            return likeliest;
        }
        double uniform = uniform();
        double total = toWeights(logits, logits[likeliest]);
        requireFinite(total);
        return warping.cuts() ? pickCut(logits, total, uniform) : pick(logits, uniform * total, likeliest);
    }

    /** Passes over one draw: its token is known. */
    void skip() {
        draws++;
    }

    /** Replaces logits by their unnormalised probabilities and returns their sum. */
    private double toWeights(float[] logits, float max) {
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.exp((logits[i] - max) / (double) warping.temperature());
            total += logits[i];
        }
        return total;
    }

    private static int pick(float[] weights, double target, int otherwise) {
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            if (target < sum) {
                return i;
            }
        }
        return otherwise; // rounding left the target a hair beyond the last weight
    }

    private int pickCut(float[] weights, double total, double uniform) {
        var candidates = Candidates.of(weights, cutoff(weights.length, total), warping.topK());
        double nucleus = warping.topP() * (warping.topK() > 0 ? candidates.weight() : total);
        int kept = 0;
        double mass = 0;
        while (kept < candidates.count() && (kept == 0 || warping.topP() == 1 || mass < nucleus)) {
            mass += weights[candidates.id(kept++)];
        }
        double target = uniform * mass;
        for (int i = 0; i < kept; i++) {
            target -= weights[candidates.id(i)];
            if (target < 0) {
                return candidates.id(i);
            }
        }
        return candidates.id(0);
    }

    /** What weighs less can't be drawn, the likeliest's weight being 1. */
    private double cutoff(int count, double total) {
        // Of n tokens, those below (1 - p) / (n - 1) cannot be in the nucleus: all of them together weigh less than 1 - p.
        // The likeliest always is in it, however small p is.
        double nucleus = count > 1 && warping.topK() == 0 ? (1 - warping.topP()) / (count - 1) * total : 0;
        return Math.min(1, Math.max(nucleus, warping.minP()));
    }

    private static void requireFinite(double value) {
        if (!Double.isFinite(value)) {
            throw new InferenceFailed("the backbone's logits are not finite");
        }
    }

    private static int argmax(float[] logits) {
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
            // A NaN that is best so far must lose: nothing compares greater than it.
            if (logits[i] > logits[best] || Float.isNaN(logits[best])) {
                best = i;
            }
        }
        return best;
    }

    /** SplitMix64 (Steele, Lea, Flood 2014), whose n-th output is a hash of seed and n; 53 bits of it in [0, 1). */
    private double uniform() {
        long z = seed + ++draws * GOLDEN_GAMMA;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return ((z ^ z >>> 31) >>> 11) * 0x1p-53;
    }
}
