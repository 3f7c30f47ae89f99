// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.top;

import java.util.List;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The table of {@code anymesh top}: a row for each service, or for each of its releases if it has several. */
public final class TopTable {
    private static final String ROW = " %9s %7s %9s %8s %9s %9s%n";
    private static final int STAGE_WIDTH = 18;

    private TopTable() {}

    /**
     * Renders two looks. The rate is between them; so are the percentiles if {@code recent}, else they are of everything
     * since the instances started.
     */
    public static String render(List<StageLook> before, List<StageLook> now, boolean recent) {
        int width = now.stream().mapToInt(look -> look.stage().length()).reduce(STAGE_WIDTH, Math::max);
        var row = "%-" + width + "s" + ROW;
        var table = new StringBuilder(
                row.formatted("STAGE", "INSTANCES", "QUEUED", "IN FLIGHT", "REQ/S", "P50", "P95"));
        for (var look : now) {
            var earlier = before.stream().filter(one -> one.stage().equals(look.stage())).findFirst().orElse(look);
            var times = recent ? minus(look.buckets(), earlier.buckets()) : look.buckets();
            table.append(row.formatted(look.stage(), look.serving() + "/" + look.instances(),
                    Math.round(look.queued()), Math.round(look.active()), rate(earlier, look), time(times, 0.5),
                    time(times, 0.95)));
        }
        return table.toString();
    }

    private static String rate(StageLook before, StageLook now) {
        double seconds = (now.nanos() - before.nanos()) / 1e9;
        // An instance that went away took its count along.
        return seconds <= 0 ? "-" : "%.1f".formatted(Math.max(0, now.done() - before.done()) / seconds);
    }

    private static NavigableMap<Double, Double> minus(NavigableMap<Double, Double> now,
            NavigableMap<Double, Double> before) {
        var difference = new TreeMap<Double, Double>();
        now.forEach((bound, count) -> difference.put(bound, Math.max(0, count - before.getOrDefault(bound, 0.0))));
        return difference;
    }

    private static String time(NavigableMap<Double, Double> buckets, double quantile) {
        double seconds = quantile(buckets, quantile);
        if (Double.isNaN(seconds)) {
            return "-";
        }
        return seconds < 1
                ? String.format(Locale.ROOT, "%.0f ms", seconds * 1_000)
                : String.format(Locale.ROOT, "%.1f s", seconds);
    }

    /** As Prometheus' {@code histogram_quantile}: linear within a bucket; NaN if nothing was counted. */
    static double quantile(NavigableMap<Double, Double> buckets, double quantile) {
        if (buckets.isEmpty() || buckets.lastEntry().getValue() <= 0) {
            return Double.NaN;
        }
        double rank = quantile * buckets.lastEntry().getValue();
        double lower = 0;
        double below = 0;
        for (var bucket : buckets.entrySet()) {
            if (bucket.getValue() >= rank) {
                return bucket.getKey().isInfinite()
                        ? lower
                        : lower + (bucket.getKey() - lower) * (rank - below) / (bucket.getValue() - below);
            }
            lower = bucket.getKey();
            below = bucket.getValue();
        }
        return lower;
    }
}
