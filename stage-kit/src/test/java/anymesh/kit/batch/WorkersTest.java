// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** A batcher with several workers. */
@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class WorkersTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Counting stepper = new Counting();

    @Test
    void severalWorkersShareWhatComesAndHaveOneLimit() {
        try (var both = workers(2)) {
            var first = submit(both, 9);
            assertThat(stepper.nextStep()).containsExactly(first);
            var second = submit(both, 9);
            assertThat(stepper.nextStep()).as("beside the first").containsExactly(second);
            var third = submit(both, 9);
            var beyond = submit(both, 1);
            stepper.finishStep();
            assertThat(stepper.nextStep()).as("whoever comes first takes what fits").hasSize(2).contains(third);
            stepper.finishStep();
            assertThat(stepper.nextStep()).doesNotContain(beyond);
            stepper.free();
            assertThat(beyond.await()).isEqualTo(1);
            assertThat(first.await()).isEqualTo(9);
        }
    }

    /** Two others sleep meanwhile, and are to wake. */
    @Test
    void aWorkerThatFoundNoRoomTakesWhatWaitsOnceThereIs() {
        try (var some = workers(3)) {
            var heavy = new Countdown(2);
            heavy.weight = 3;
            some.submit(heavy);
            assertThat(stepper.nextStep()).containsExactly(heavy);
            var waiting = List.of(submit(some, 1), submit(some, 1));
            stepper.finishStep();
            assertThat(stepper.nextStep()).as("no room beside it").containsExactly(heavy);
            stepper.finishStep();
            var next = new ArrayList<>(stepper.nextStep());
            next.addAll(stepper.nextStep());
            assertThat(next).as("one each").containsExactlyInAnyOrderElementsOf(waiting);
            stepper.free();
        }
    }

    private StepBatcher<Countdown> workers(int count) {
        return new StepBatcher<>("several", new BatchPolicy(8, 3), Collections.nCopies(count, stepper), meters,
                TracerProvider.noop().get("test"));
    }

    private Countdown submit(StepBatcher<Countdown> to, int steps) {
        var job = new Countdown(steps);
        to.submit(job);
        return job;
    }
}
