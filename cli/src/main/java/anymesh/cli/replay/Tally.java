// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.cli.processes.Candidate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * All that became of the recordings with one bundle.
 *
 * @param seconds the median of what was made; 0 if nothing was
 */
record Tally(Candidate bundle, int made, int refused, double seconds) {

    /** Of the bundle at this place of each row. */
    static Tally of(Candidate bundle, int place, List<Row> rows) {
        var seconds = rows.stream().flatMapToDouble(row -> row.seconds(place)).toArray();
        return new Tally(bundle, seconds.length, rows.size() - seconds.length, median(seconds));
    }

    static double median(double... numbers) {
        var sorted = Arrays.stream(numbers).sorted().toArray();
        return sorted.length == 0 ? 0 : (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    /** Such as {@code toyworld@3.0.0}. */
    String name() {
        return bundle.release().bundle() + "@" + bundle.release().version();
    }

    String median() {
        return made == 0 ? "-" : seconds(seconds);
    }

    static String seconds(double seconds) {
        return String.format(Locale.ROOT, seconds < 1 ? "%.3f s" : "%.2f s", seconds);
    }
}
