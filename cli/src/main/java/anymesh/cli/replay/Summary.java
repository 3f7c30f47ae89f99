// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.kit.catalogue.Modalities;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/**
 * A replay as a whole.
 *
 * @param tallies of one bundle or two
 */
record Summary(RecordingFiles recordings, List<Row> rows, List<Tally> tallies) {

    /** How many of what, and from where. */
    String what() {
        var modality = Modalities.name(recordings.modality());
        return "%d recordings of %s from %s".formatted(rows.size(), modality, recordings.folder())
                + (recordings.damaged().isEmpty() ? "" : "; %d can't be read".formatted(recordings.damaged().size()));
    }

    /** How long the first takes beside the second, of what both made; empty if that is nothing. */
    String ratio() {
        if (tallies.size() < 2) {
            return "";
        }
        var ratios = rows.stream()
                .flatMapToDouble(row -> row.seconds(0).flatMap(first -> row.seconds(1).map(second -> first / second)))
                .toArray();
        return ratios.length == 0
                ? ""
                : String.format(Locale.ROOT, "%s takes %.2f of the time of %s (the median of %d that both made)",
                        tallies.getFirst().name(), Tally.median(ratios), tallies.getLast().name(), ratios.length);
    }

    void print(PrintStream to) {
        to.println(what());
        for (var tally : tallies) {
            to.printf("%-20s %4d made %4d refused   median %s%n", tally.name(), tally.made(), tally.refused(),
                    tally.median());
        }
        if (!ratio().isEmpty()) {
            to.println(ratio());
        }
    }
}
