// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.wire.error.InferenceFailed;
import java.util.Arrays;

/**
 * Chooses tokens for one request. Its randomness is a count of its own draws hashed with its seed, so a seed gives the
 * same answer whoever shares the batch, on every JDK.
 */
final class Sampler {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final float temperature;
    private final float topP;
    private final long seed;
    private long draws;

    /**
     * @param temperature 0 for the likeliest token
     * @param topP the share of probability, likeliest tokens first, that is sampled from (nucleus sampling, Holtzman et
     *         al. 2020); 1 for all, 0 for the likeliest token alone
     */
    Sampler(float temperature, float topP, long seed) {
        this.temperature = temperature;
        this.topP = topP;
        this.seed = seed;
    }

    /** The next token; tokens whose logit is negative infinity are never chosen. Overwrites the logits. */
    int next(float[] logits) {
        int likeliest = argmax(logits);
        requireFinite(logits[likeliest]);
        if (temperature == 0) {
            return likeliest;
        }
        double uniform = uniform();
        double total = toWeights(logits, logits[likeliest]);
        requireFinite(total);
        return topP < 1 ? pickNucleus(logits, total, uniform) : pick(logits, uniform * total, likeliest);
    }

    /** Passes over one draw: its token is known. */
    void skip() {
        draws++;
    }

    /** Replaces logits by their unnormalised probabilities and returns their sum. */
    private double toWeights(float[] logits, float max) {
        double total = 0;
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.exp((logits[i] - max) / (double) temperature);
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

    private int pickNucleus(float[] weights, double total, double uniform) {
        // Of n tokens, those below (1 - p) / (n - 1) cannot be in the nucleus: all of them together weigh less than 1 - p.
        // The likeliest weighs 1 and always is in it, however small p is.
        double cutoff = weights.length > 1 ? Math.min(1, (1 - topP) / (weights.length - 1) * total) : 0;
        var candidates = new long[weights.length];
        int count = 0;
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] >= cutoff && weights[i] > 0) {
                // Bits of a positive float sort as the float does; the complement puts the largest, then the lowest id, first.
                candidates[count++] = (long) ~Float.floatToRawIntBits(weights[i]) << 32 | i;
            }
        }
        Arrays.sort(candidates, 0, count);
        int kept = 0;
        double mass = 0;
        while (kept < count && (kept == 0 || mass < topP * total)) {
            mass += weights[(int) candidates[kept++]];
        }
        double target = uniform * mass;
        for (int i = 0; i < kept; i++) {
            target -= weights[(int) candidates[i]];
            if (target < 0) {
                return (int) candidates[i];
            }
        }
        return (int) candidates[0];
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
