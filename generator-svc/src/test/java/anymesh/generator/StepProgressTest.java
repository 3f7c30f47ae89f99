// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.v1.GeneratedMedia;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StepProgressTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final StepProgress progress = new StepProgress();

    @Test
    void aReporterThatWasSlowFindsOnlyTheLatest() throws InterruptedException {
        progress.reach(1);
        progress.reach(2);
        progress.reach(7);
        assertThat(progress.awaitMoreThan(1, LONG)).isEqualTo(7);
    }

    @Test
    void ofOneThatNobodyReadsTheFirstStepIsToldAndThenNoMoreForAWhile() throws InterruptedException {
        var gathered = new StepProgress(LONG);
        gathered.reach(1);
        assertThat(gathered.awaitMoreThan(0, LONG)).isEqualTo(1);
        gathered.reach(2);
        assertThat(gathered.awaitMoreThan(1, Duration.ofMillis(1))).isEqualTo(1);
        gathered.end();
        assertThat(gathered.awaitMoreThan(1, LONG)).isNegative();
    }

    @Test
    void theLastStepIsReportedEvenIfTheEndCameFirst() throws InterruptedException {
        progress.reach(4);
        progress.end();
        assertThat(progress.awaitMoreThan(3, LONG)).isEqualTo(4);
        assertThat(progress.awaitMoreThan(4, LONG)).isNegative();
    }

    @Test
    void aReporterThatWaitsIsWoken() throws InterruptedException {
        var worker = Thread.ofVirtual().start(() -> {
            progress.reach(1);
            progress.end();
        });
        assertThat(progress.awaitMoreThan(0, LONG)).isEqualTo(1);
        worker.join();
    }

    @Test
    void oneThatIsQueuedIsReportedOnlyWhileTheQueueMoves() throws InterruptedException {
        var batches = new AtomicLong();
        var looks = new AtomicInteger();
        var told = new ArrayList<Integer>();
        GenerateHandler.report(progress, 20, _ -> GeneratedMedia.getDefaultInstance(), () -> {
            switch (looks.incrementAndGet()) {
                case 3 -> batches.incrementAndGet(); // nothing was told at the look before
                case 4 -> progress.reach(1);
                case 5 -> progress.end();
                default -> {
                }
            }
            return batches.get();
        }, Duration.ofMillis(1), frame -> told.add(frame.header().getProgress().getStep()));
        assertThat(told).containsExactly(0, 1);
    }
}
