// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.ending.Budget;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageUnavailable;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 180, threadMode = ThreadMode.SEPARATE_THREAD)
final class StepBatcherTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Counting stepper = new Counting();
    private final StepBatcher<Countdown> batcher = new StepBatcher<>("test", new BatchPolicy(2, 3), stepper, meters);

    @AfterEach
    void close() {
        stepper.free();
        batcher.close();
    }

    @Test
    void jobsJoinAndLeaveBetweenSteps() {
        var first = submit(3);
        assertThat(stepper.nextStep()).containsExactly(first);
        var second = submit(1);
        stepper.finishStep();
        assertThat(stepper.nextStep()).containsExactly(first, second);
        stepper.finishStep();
        assertThat(second.await()).isEqualTo(1);
        assertThat(stepper.nextStep()).containsExactly(first);
        stepper.finishStep();
        assertThat(first.await()).isEqualTo(3);
        assertThat(first.timings().batchSize()).isEqualTo(2);
        assertThat(first.timings().inference()).isPositive();
    }

    @Test
    void fullQueueRejectsInsteadOfWaiting() {
        submit(1);
        stepper.nextStep();
        submit(1);
        submit(1);
        assertThatThrownBy(() -> submit(1)).isInstanceOf(Overloaded.class).hasMessageContaining("limit: 2");
        assertThat(meters.counter("anymesh.queue.rejected", "batcher", "test").count()).isEqualTo(1);
    }

    @Test
    void aQueueIsFullByTheWorkInItAndNotByTheNumberOfJobs() {
        submit(1);
        stepper.nextStep();
        var heavy = new Countdown(1, CallContext.start("heavy", null, Duration.ofMinutes(1)));
        heavy.weight = 50;
        batcher.submit(heavy); // more than the queue holds, but it is alone in it
        assertThatThrownBy(() -> submit(1)).isInstanceOf(Overloaded.class);
    }

    @Test
    void utilisationIsTheShareOfTheBatchThatIsInUse() {
        submit(1);
        stepper.nextStep();
        assertThat(meters.get("anymesh.batch.active").gauge().value()).isEqualTo(1);
        assertThat(meters.get("anymesh.batch.utilisation").gauge().value()).isEqualTo(1 / 3.0);
        stepper.finishStep();
        stepper.free();
        batcher.close();
        assertThat(meters.get("anymesh.batch.active").gauge().value()).isZero();
    }

    @Test
    void aCancelledJobLeavesTheQueueWithoutBeingRun() {
        submit(1);
        stepper.nextStep();
        var waiting = submit(1);
        waiting.call().cancel();
        assertThatThrownBy(waiting::await).isInstanceOf(CancellationException.class);
        var other = submit(1);
        stepper.finishStep();
        assertThat(stepper.nextStep()).containsExactly(other);
        assertThat(waiting.left).hasValue(0);
    }

    @Test
    void cancelledJobsMakeRoomInAFullQueue() {
        submit(1);
        stepper.nextStep();
        submit(1).call().cancel();
        submit(1);
        submit(1);
        assertThat(meters.counter("anymesh.queue.dropped", "batcher", "test").count()).isEqualTo(1);
    }

    @Test
    void aCancelledActiveJobLeavesBeforeTheNextStepAndIsReleased() {
        var first = submit(100);
        stepper.nextStep();
        var second = submit(2);
        stepper.finishStep();
        assertThat(stepper.nextStep()).containsExactly(first, second);
        first.call().cancel();
        stepper.finishStep();
        assertThat(stepper.nextStep()).containsExactly(second);
        stepper.finishStep();
        assertThat(second.await()).isEqualTo(2);
        stepper.free();
        batcher.close();
        assertThat(first.steps).hasValue(2);
        assertThat(first.left).hasValue(1);
        assertThat(second.left).hasValue(1);
    }

    @Test
    void anExpiredJobFailsWithItsDeadline() {
        var late = new Countdown(1, CallContext.start("late", null, Duration.ZERO));
        assertThat(late.isDone()).isTrue();
        late.call().cancel();
        assertThatThrownBy(late::await).isInstanceOf(DeadlineExceeded.class);
    }

    @Test
    void aJobWhoseTimePassedInTheQueueFailsWithoutBeingRun() {
        submit(1);
        stepper.nextStep();
        var late = new Countdown(1, CallContext.start("late", null, Duration.ZERO));
        batcher.submit(late);
        stepper.free();
        assertThatThrownBy(late::await).isInstanceOf(DeadlineExceeded.class);
        assertThat(late.steps).hasValue(0);
    }

    @Test
    void aBatchTakesNoMoreThanItsWeight() {
        try (var roomy = new StepBatcher<>("roomy", new BatchPolicy(8, 3), stepper, meters)) {
            roomy.submit(new Countdown(1));
            stepper.nextStep();
            var heavy = new Countdown(1);
            heavy.weight = 3;
            var light = new Countdown(1);
            roomy.submit(heavy);
            roomy.submit(light);
            stepper.finishStep();
            assertThat(stepper.nextStep()).containsExactly(light);
            stepper.finishStep();
            assertThat(stepper.nextStep()).containsExactly(heavy);
            stepper.free();
        }
    }

    @Test
    void whatDoesNotPayTogetherIsRunInTurn() {
        try (var paying = new StepBatcher<>("paying", new BatchPolicy(64, 8, 0.99), stepper, meters)) {
            // The first step of a kind is made alone, however many there are; and nearly all of the throughput is asked of more.
            paying.submit(new Countdown(1));
            stepper.nextStep();
            var second = new Countdown(1);
            paying.submit(second);
            paying.submit(new Countdown(1));
            stepper.finishStep();
            assertThat(stepper.nextStep()).containsExactly(second);
            stepper.free();
        }
    }

    @Test
    void aJobHeavierThanAnyBatchRunsAlone() {
        var heavy = new Countdown(1);
        heavy.weight = 99;
        batcher.submit(heavy);
        assertThat(stepper.nextStep()).containsExactly(heavy);
    }

    @Test
    void aFailingStepFailsItsJobsAndNoLaterOne() {
        stepper.failure = new IllegalStateException("broken");
        var failed = submit(1);
        stepper.nextStep();
        stepper.finishStep();
        assertThatThrownBy(failed::await).isInstanceOf(InferenceFailed.class);
        stepper.failure = null;
        var next = submit(1);
        stepper.free();
        assertThat(next.await()).isEqualTo(1);
    }

    @Test
    void aJobKeepsTheEndThatItHadWhenTheRestOfItsStepFails() {
        submit(1);
        stepper.nextStep();
        var unfinished = submit(2);
        var finished = submit(1);
        stepper.finishStep();
        assertThat(stepper.nextStep()).containsExactly(unfinished, finished);
        stepper.failureAtTheEnd = new IllegalStateException("broken");
        stepper.finishStep();

        assertThat(finished.await()).isEqualTo(1);
        assertThatThrownBy(unfinished::await).isInstanceOf(InferenceFailed.class).hasMessageContaining("test");
    }

    @Test
    void anEndThatComesSecondIsFreedAndChangesNothing() {
        var job = new Countdown(1);
        job.complete(1);
        job.complete(2);
        job.fail(new InferenceFailed("too late"));
        assertThat(job.discarded).containsExactly(2);
        var failed = new Countdown(1);
        failed.fail(new Overloaded("first"));
        failed.complete(3);
        assertThat(failed.discarded).containsExactly(3);

        job.publish();
        failed.publish();

        assertThat(job.await()).isEqualTo(1);
        assertThatThrownBy(failed::await).isInstanceOf(Overloaded.class).hasMessage("first");
    }

    @Test
    void memoryThatRunsOutInAStepIsALackOfCapacityAndTheWorkerGoesOn() {
        stepper.failure = new OutOfMemoryError("Java heap space");
        var failed = submit(1);
        stepper.nextStep();
        stepper.finishStep();
        assertThatThrownBy(failed::await).isInstanceOf(Overloaded.class).hasMessage("test ran out of memory");
        stepper.failure = null;
        var next = submit(1);
        stepper.free();
        assertThat(next.await()).isEqualTo(1);
    }

    @Test
    void theWorkerOutlivesWhatGoesWrongBesideAStep() {
        var left = submit(1);
        left.discardFails = true;
        stepper.nextStep();
        left.call().cancel(); // its result is freed, for which there is no memory
        assertThatThrownBy(left::await).isInstanceOf(CancellationException.class);
        stepper.finishStep();
        var next = submit(1);
        stepper.free();
        assertThat(next.await()).isEqualTo(1);
    }

    @Test
    void itsEndIsToldHoweverAJobEnds() {
        var ends = new ArrayList<String>();
        var completed = new Countdown(1);
        var cancelled = new Countdown(1);
        completed.onEnd(() -> ends.add("completed"));
        cancelled.onEnd(() -> ends.add("cancelled"));
        assertThat(ends).isEmpty();

        completed.complete(1);
        completed.publish();
        cancelled.call().cancel();

        assertThat(ends).containsExactly("completed", "cancelled");
    }

    @Test
    void stoppingFailsWhatIsQueuedThoughTheStepUnderWayHangs() {
        submit(1);
        stepper.nextStep();
        var queued = submit(1);
        assertThat(StepBatcher.stop(List.of(batcher), Budget.of(Duration.ofMillis(10)))).isFalse();
        assertThatThrownBy(queued::await).isInstanceOf(StageUnavailable.class);
        assertThatThrownBy(() -> submit(1)).isInstanceOf(ModelNotReady.class);
        stepper.finishStep();
        assertThat(StepBatcher.stop(List.of(batcher), Budget.of(Duration.ofMinutes(1)))).isTrue();
    }

    @Test
    void closingFailsWhatIsLeft() {
        var active = submit(1_000_000);
        stepper.nextStep();
        var queued = submit(1);
        var closed = CompletableFuture.runAsync(batcher::close);
        while (!batcher.isClosed()) {
            Thread.onSpinWait();
        }
        stepper.finishStep();
        closed.join();
        assertThatThrownBy(active::await).isInstanceOf(StageUnavailable.class);
        assertThatThrownBy(queued::await).isInstanceOf(StageUnavailable.class);
    }

    private Countdown submit(int steps) {
        var job = new Countdown(steps);
        batcher.submit(job);
        return job;
    }
}
