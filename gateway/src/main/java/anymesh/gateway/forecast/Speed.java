// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How much an instance does in a second by the rows that it works on at once, as it has shown: what is done together takes longer
 * than one of it alone, and not as long as one after the other. The newest counts most. What is averaged is the time that a unit of
 * work took, as it is time that is forecast: of speeds, the mean is that of the fast ones, long after they are over.
 */
final class Speed {
    private static final double NEWEST = 0.2;

    /** Seconds that a unit of work takes. */
    private final TreeMap<Integer, Double> byRows = new TreeMap<>();

    /** While so many rows were in a batch on average, so much was done in so long. */
    void learn(double rows, double work, double seconds) {
        byRows.merge(Math.max(1, (int) Math.round(rows)), seconds / work, (old, now) -> old + NEWEST * (now - old));
    }

    /** With so many rows; between numbers that were seen it is in between, and beyond them as at the last. Empty if none was. */
    OptionalDouble at(int rows) {
        var below = byRows.floorEntry(rows);
        var above = byRows.ceilingEntry(rows);
        if (below == null || above == null) {
            var seen = below == null ? above : below;
            return seen == null ? OptionalDouble.empty() : OptionalDouble.of(1 / seen.getValue());
        }
        int span = above.getKey() - below.getKey();
        double share = span == 0 ? 0 : (double) (rows - below.getKey()) / span;
        return OptionalDouble.of(1 / (below.getValue() + share * (above.getValue() - below.getValue())));
    }
}
