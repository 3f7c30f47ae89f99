// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.cli.processes.Candidate;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * All that became of the recordings with one bundle.
 *
 * @param seconds the median of what was made; 0 if nothing was
 */
record Tally(Candidate bundle, int made, int refused, double seconds) {

    /** Of the bundle at this place of each row. */
    static Tally of(Candidate bundle, int place, List<Row> rows) {
        var outcomes = rows.stream().map(row -> row.outcomes().get(place)).toList();
        var seconds = outcomes.stream().filter(Outcome.Made.class::isInstance)
                .mapToDouble(outcome -> ((Outcome.Made) outcome).seconds()).sorted().toArray();
        double median = seconds.length == 0
                ? 0
                : (seconds[(seconds.length - 1) / 2] + seconds[seconds.length / 2]) / 2;
        return new Tally(bundle, seconds.length, outcomes.size() - seconds.length, median);
    }

    /** Its median over another one's; empty if one of them made nothing. */
    OptionalDouble over(Tally other) {
        return made == 0 || other.made == 0 ? OptionalDouble.empty() : OptionalDouble.of(seconds / other.seconds);
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
