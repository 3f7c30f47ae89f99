// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.gateway.recording.RecordedInput;
import java.util.List;

/** One recording, and what became of it with each bundle. */
record Row(RecordedInput input, List<Outcome> outcomes) {
    Row {
        outcomes = List.copyOf(outcomes);
    }
}
