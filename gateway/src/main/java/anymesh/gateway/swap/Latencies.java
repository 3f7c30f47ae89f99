// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import java.util.Arrays;

/** The last times of something, in milliseconds. */
final class Latencies {
    private static final int KEPT = 200;
    /** A tenth of them may be newer than what was sorted. */
    private static final int FRESH = 10;
    /** Of fewer no percentile is told. */
    private static final int LEAST = 20;

    private final double[] last = new double[KEPT];
    private long seen;
    private double[] sorted = {};
    private long sortedAt;

    void add(double millis) {
        last[(int) (seen++ % KEPT)] = millis;
    }

    boolean isKnown() {
        return seen >= LEAST;
    }

    /** The value below which this share of them lies; 0 of nothing. */
    double quantile(double share) {
        if (seen - sortedAt > sorted.length / FRESH) {
            sorted = Arrays.copyOf(last, (int) Math.min(seen, KEPT));
            Arrays.sort(sorted);
            sortedAt = seen;
        }
        int count = sorted.length;
        return count == 0 ? 0 : sorted[(int) Math.min(count - 1L, (long) (share * count))];
    }
}
