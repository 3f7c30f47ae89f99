// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import anymesh.kit.compute.RecentTimes;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How much of a kind is worth running together, learned from what its steps took: the smallest size whose throughput is within a
 * share of the best one known. Where rows cost the same alone and together, as on most processors, that is as few as there are; on
 * a GPU, or where all rows wait for the same weights to be read, it is many. The next size is tried now and then, and the one
 * before too, so that what was learned on a busy machine doesn't stay. See ADR 34.
 *
 * <p>Sizes are weights, two an octave. Used by the worker alone.
 */
final class PayingSizes {
    /** Shapes that callers choose are kinds. */
    private static final int MAX_KINDS = 64;

    private final double gain;
    private final LongSupplier nanoTime;
    private final Map<Object, NavigableMap<Integer, RecentTimes>> kinds = new HashMap<>();

    PayingSizes(double gain, LongSupplier nanoTime) {
        this.gain = gain;
        this.nanoTime = nanoTime;
    }

    /** Notes a step of so much weight of one kind; what is kept is the time of one unit. */
    void stepped(Object kind, int weight, long nanos) {
        if (kinds.size() >= MAX_KINDS && !kinds.containsKey(kind)) {
            kinds.clear();
        }
        kinds.computeIfAbsent(kind, _ -> new TreeMap<>()).computeIfAbsent(size(weight), _ -> new RecentTimes(nanoTime))
                .add((double) nanos / weight);
    }

    /** Whether more of this kind should join what there is of it in a batch that has others too, if that is none. */
    boolean pays(Object kind, int there, int more) {
        var known = kinds.get(kind);
        if (known == null) {
            return false; // its first step is made alone, to be learned from
        }
        // With other kinds it shares no run. It may come along for those of its kind that are to follow, where they would gain by it.
        return there == 0 ? size(more) < limit(known) : size(there + more) <= limit(known);
    }

    private int limit(NavigableMap<Integer, RecentTimes> known) {
        int best = best(known);
        if (best == 0) {
            return known.lastKey();
        }
        var before = known.lowerEntry(best);
        if (before != null && before.getValue().isStale()) {
            return before.getKey();
        }
        int twice = size(2 * best);
        boolean isTried = known.subMap(best, false, twice, true).values().stream()
                .anyMatch(times -> times.isKnown() && !times.isStale());
        return isTried ? best : twice;
    }

    /** The smallest size that is about as good as any; 0 if nothing is known. */
    private int best(NavigableMap<Integer, RecentTimes> known) {
        double fastest = known.values().stream().filter(RecentTimes::isKnown).mapToDouble(RecentTimes::typical).min()
                .orElse(0);
        for (var size : known.entrySet()) {
            if (size.getValue().isKnown() && size.getValue().typical() * (1 - gain) <= fastest) {
                return size.getKey();
            }
        }
        return 0;
    }

    /** What is now taken to pay for a kind; null if nothing is known of it. */
    @Nullable
    Integer of(Object kind) {
        var known = kinds.get(kind);
        return known == null || best(known) == 0 ? null : best(known);
    }

    /** The largest of 1, 2, 3, 4, 6, 8, 12, 16, 24 … that is not more. */
    private static int size(int weight) {
        int octave = Integer.highestOneBit(weight);
        int half = octave + octave / 2;
        return octave > 1 && weight >= half ? half : octave;
    }
}
