// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.kit.trace.Exemplars;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a gateway tells of jobs: those of the mesh as it saw them last, which all gateways tell alike, and the attempts of its own. Thread-safe. */
final class JobMeters {
    private static final Set<JobState> TOLD = Set.of(JobState.QUEUED, JobState.IN_PROGRESS, JobState.COMPLETED,
            JobState.FAILED);
    /** From a small film to what {@code jobs.timeout} lets pass. */
    private static final Duration[] BUCKETS = Stream.of(1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
            .map(Duration::ofSeconds).toArray(Duration[]::new);

    /** How an attempt ended. */
    enum Outcome {
        MADE, FAILED, POSTPONED, GIVEN_BACK, LOST,
        /** The database could not be told. */
        UNTOLD;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final MeterRegistry meters;
    private volatile @Nullable JobCensus census;

    /** {@code areOn}: whether this gateway knows of jobs at all. */
    JobMeters(MeterRegistry meters, boolean areOn) {
        this.meters = meters;
        if (areOn) {
            tellAll();
        }
    }

    private void tellAll() {
        for (var state : TOLD) {
            Gauge.builder("anymesh.gateway.jobs", () -> count(state)).tag("state", state.toString())
                    .description("jobs of the mesh that are kept; of no number while their database is away")
                    .register(meters);
        }
        Gauge.builder("anymesh.gateway.jobs.oldest.waiting", this::oldestWaiting).baseUnit("seconds")
                .description("how long the oldest job that is queued has been there").register(meters);
        for (var outcome : Outcome.values()) { // from the start, so that the first of each is an increase
            timer(outcome);
        }
    }

    private double count(JobState state) {
        var last = census;
        return last == null ? Double.NaN : last.counts().getOrDefault(state, 0L);
    }

    private double oldestWaiting() {
        var last = census;
        return last == null ? Double.NaN : last.oldestWaiting().toMillis() / 1e3;
    }

    /** {@code seen}: null if nobody could be asked. */
    void see(@Nullable JobCensus seen) {
        census = seen;
    }

    void attempted(Outcome outcome, Duration took, String traceparent) {
        Exemplars.of(traceparent, () -> timer(outcome).record(took));
    }

    private Timer timer(Outcome outcome) {
        return Timer.builder("anymesh.gateway.job.attempts").tag("outcome", outcome.toString())
                .description("attempts at jobs that this gateway made").serviceLevelObjectives(BUCKETS)
                .register(meters);
    }
}
