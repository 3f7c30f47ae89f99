// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.gateway.recording.RecordedInput;
import java.util.List;
import java.util.stream.DoubleStream;

/** One recording, and what became of it with each bundle. */
record Row(RecordedInput input, List<Outcome> outcomes) {
    Row {
        outcomes = List.copyOf(outcomes);
    }

    /** How long the bundle at a place took; empty if it made nothing. */
    DoubleStream seconds(int place) {
        return outcomes.get(place) instanceof Outcome.Made made
                ? DoubleStream.of(made.seconds())
                : DoubleStream.empty();
    }
}
