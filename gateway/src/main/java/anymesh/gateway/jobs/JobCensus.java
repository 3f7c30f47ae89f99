// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import java.time.Duration;
import java.util.Map;

/**
 * The jobs of a mesh at a moment.
 *
 * @param counts how many are in a state; none where a state is missing
 * @param oldestWaiting how long the oldest of those that are queued has been there; zero if none is
 */
record JobCensus(Map<JobState, Long> counts, Duration oldestWaiting) {
    static final JobCensus NONE = new JobCensus(Map.of(), Duration.ZERO);

    JobCensus {
        counts = Map.copyOf(counts);
    }
}
