// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * How long an instance takes for a unit of work by the rows that it works on at once, as it has shown: what is done together takes
 * longer than one of it alone, and not as long as one after the other. The newest counts most. It is time that is averaged, as it is
 * time that is forecast: of speeds, the mean is that of the fast ones, long after they are over.
 */
final class Pace {
    private static final double NEWEST = 0.2;

    private final TreeMap<Integer, Double> byRows = new TreeMap<>();

    /** While so many rows were in a batch on average, so much was done in so long. */
    void learn(double rows, double work, double seconds) {
        byRows.merge(Math.max(1, (int) Math.round(rows)), seconds / work, (old, now) -> old + NEWEST * (now - old));
    }

    boolean isKnown() {
        return !byRows.isEmpty();
    }

    /** Seconds with so many rows; between numbers that were seen it is in between, and beyond them as at the last. */
    double at(int rows) {
        var below = byRows.floorEntry(rows);
        var above = byRows.ceilingEntry(rows);
        if (below == null || above == null) {
            var seen = below == null ? above : below;
            if (seen == null) {
                throw new NoSuchElementException("nothing was learned");
            }
            return seen.getValue();
        }
        int span = above.getKey() - below.getKey();
        double share = span == 0 ? 0 : (double) (rows - below.getKey()) / span;
        return below.getValue() + share * (above.getValue() - below.getValue());
    }
}
