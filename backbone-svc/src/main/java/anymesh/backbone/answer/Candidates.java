// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.Arrays;
import java.util.PriorityQueue;

/** The tokens that may be drawn, the heaviest first and the lower id before its equal. */
final class Candidates {
    private final long[] keys;
    private final int count;
    private final float[] weights;

    private Candidates(long[] keys, int count, float[] weights) {
        this.keys = keys;
        this.count = count;
        this.weights = weights;
    }

    /**
     * @param least what a token has to weigh; those that weigh nothing are none
     * @param most how many at most; 0 for all
     */
    static Candidates of(float[] weights, double least, int most) {
        return most > 0 && most < weights.length ? best(weights, least, most) : all(weights, least);
    }

    private static Candidates all(float[] weights, double least) {
        var keys = new long[weights.length];
        int count = 0;
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] >= least && weights[id] > 0) {
                keys[count++] = key(weights[id], id);
            }
        }
        Arrays.sort(keys, 0, count);
        return new Candidates(keys, count, weights);
    }

    /** A vocabulary is not sorted for the sake of fifty. */
    private static Candidates best(float[] weights, double least, int most) {
        var best = new PriorityQueue<Long>(most, (one, other) -> Long.compare(other, one));
        for (int id = 0; id < weights.length; id++) {
            if (weights[id] >= least && weights[id] > 0) {
                long key = key(weights[id], id);
                if (best.size() == most && key < best.element()) {
                    best.remove();
                }
                if (best.size() < most) {
                    best.add(key);
                }
            }
        }
        var keys = best.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Candidates(keys, keys.length, weights);
    }

    /** Bits of a positive float sort as the float does; the complement puts the largest, then the lowest id, first. */
    private static long key(float weight, int id) {
        return (long) ~Float.floatToRawIntBits(weight) << 32 | id;
    }

    int count() {
        return count;
    }

    int id(int index) {
        return (int) keys[index];
    }

    /** Of all of them. */
    double weight() {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += weights[id(i)];
        }
        return sum;
    }
}
