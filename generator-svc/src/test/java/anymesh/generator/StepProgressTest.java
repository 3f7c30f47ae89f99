// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StepProgressTest {
    private final StepProgress progress = new StepProgress();

    @Test
    void aReporterThatWasSlowFindsOnlyTheLatest() throws InterruptedException {
        progress.reach(1);
        progress.reach(2);
        progress.reach(7);
        assertThat(progress.awaitMoreThan(1)).isEqualTo(7);
    }

    @Test
    void theLastStepIsReportedEvenIfTheEndCameFirst() throws InterruptedException {
        progress.reach(4);
        progress.end();
        assertThat(progress.awaitMoreThan(3)).isEqualTo(4);
        assertThat(progress.awaitMoreThan(4)).isZero();
    }

    @Test
    void aReporterThatWaitsIsWoken() throws InterruptedException {
        var worker = Thread.ofVirtual().start(() -> {
            progress.reach(1);
            progress.end();
        });
        assertThat(progress.awaitMoreThan(0)).isEqualTo(1);
        worker.join();
    }
}
