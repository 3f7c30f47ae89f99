// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.generator.pipeline.MediaRequest;
import anymesh.generator.pipeline.Picture;
import anymesh.generator.pipeline.TinyBundle;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.batch.Stepper;
import anymesh.kit.model.OnnxSettings;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class DiffusionStepperTest {
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final CallContext call = CallContext.start("test", null, Duration.ofMinutes(5));

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;
    @SuppressWarnings("NullAway.Init")
    private DiffusionPipeline pipeline;

    @BeforeEach
    void load() {
        pipeline = DiffusionPipeline.load(new TinyBundle().write(folder), OnnxSettings.cpu(1), 2);
    }

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void aCancelledPictureStopsAtTheNextStep() {
        try (var batcher = batcher(new BatchPolicy(4, 4), step -> {
            if (step == 3) {
                call.cancel();
            }
        })) {
            var cancelled = job(call, 1000);
            batcher.submit(cancelled);
            assertThatThrownBy(cancelled::await).isInstanceOf(CancellationException.class);
            // The worker has left it before it begins another.
            var next = job(CallContext.start("next", null, Duration.ofMinutes(5)), 5);
            batcher.submit(next);
            next.await();
        }
        assertThat(meters.counter("anymesh.denoising.steps").count()).isEqualTo(3 + 5);
        assertThat(meters.counter("anymesh.media.made").count()).isEqualTo(1);
    }

    @Test
    void aPictureThatComesLaterJoinsTheBatchAtTheNextStep() {
        var late = job(CallContext.start("late", null, Duration.ofMinutes(5)), 2);
        var batchers = new ArrayList<StepBatcher<DiffusionJob>>();
        try (var batcher = batcher(new BatchPolicy(4, 4), step -> {
            if (step == 3) {
                batchers.getFirst().submit(late);
            }
        })) {
            batchers.add(batcher);
            var first = job(call, 10);
            batcher.submit(first);
            first.await();
            late.await();
            assertThat(first.timings().batchSize()).as("rows of both, two each").isEqualTo(4);
            assertThat(late.timings().batchSize()).isEqualTo(4);
        }
    }

    @Test
    void aPictureThatComesToNoNumbersFailsAlone() {
        var condition = new float[20];
        Arrays.fill(condition, Float.MAX_VALUE);
        var bad = new DiffusionJob(call, pipeline.begin(new MediaRequest(condition, 1, 3, 50, TinyBundle.SMALL)));
        var good = job(CallContext.start("good", null, Duration.ofMinutes(5)), 3);
        var first = job(CallContext.start("first", null, Duration.ofMinutes(5)), 2);
        var batchers = new ArrayList<StepBatcher<DiffusionJob>>();
        try (var batcher = batcher(new BatchPolicy(4, 8), step -> {
            if (step == 1) {
                // Both together, so that they share all their steps and the decoder's run.
                batchers.getFirst().submit(bad);
                batchers.getFirst().submit(good);
            }
        })) {
            batchers.add(batcher);
            batcher.submit(first);
            assertThatThrownBy(bad::await).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("guidance_scale"))
                    .hasMessageContaining("50.0").hasMessageContaining("the model's own is");
            assertThat(((Picture) good.await()).size()).isEqualTo(TinyBundle.SMALL);
        }
    }

    @Test
    void aPictureThatIsNoNumbersLeavesAtOnceAndIsNotDenoisedToItsEnd() {
        var condition = new float[20];
        Arrays.fill(condition, Float.MAX_VALUE);
        var bad = new DiffusionJob(call, pipeline.begin(new MediaRequest(condition, 1, 1000, 50, TinyBundle.SMALL)));
        try (var batcher = batcher(new BatchPolicy(4, 8), _ -> {})) {
            batcher.submit(bad);
            assertThatThrownBy(bad::await).isInstanceOf(InvalidInput.class);
        }
        assertThat(meters.counter("anymesh.denoising.steps").count()).isLessThan(10);
        assertThat(meters.counter("anymesh.media.made").count()).isZero();
    }

    @Test
    void whatTheModelDoesOfItselfIsItsOwnFault() {
        var own = pipeline.manifest().defaults();
        var condition = new float[20];
        Arrays.fill(condition, Float.POSITIVE_INFINITY);
        var request = new MediaRequest(condition, 1, own.steps(), own.guidance(), TinyBundle.SMALL);
        var steps = new MediaRequest(condition, 1, own.steps() + 1, own.guidance(), TinyBundle.SMALL);
        try (var batcher = batcher(new BatchPolicy(4, 8), _ -> {})) {
            var bad = new DiffusionJob(call, pipeline.begin(request));
            batcher.submit(bad);
            assertThatThrownBy(bad::await).isInstanceOf(InferenceFailed.class);
            var more = new DiffusionJob(call, pipeline.begin(steps));
            batcher.submit(more);
            assertThatThrownBy(more::await).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("num_inference_steps"));
        }
    }

    @Test
    void aPictureThatCannotBeDenoisedFailsAlone() {
        var alone = job(CallContext.start("alone", null, Duration.ofMinutes(5)), 3);
        var jobs = new ArrayList<DiffusionJob>();
        var batchers = new ArrayList<StepBatcher<DiffusionJob>>();
        try (var batcher = batcher(new BatchPolicy(16, 16), step -> {
            if (step == 1) {
                jobs.add(job(CallContext.start("a", null, Duration.ofMinutes(5)), 3));
                // More numbers than a row has room for.
                jobs.add(new DiffusionJob(call,
                        pipeline.begin(new MediaRequest(new float[1000], 1, 3, 3, TinyBundle.SMALL))));
                jobs.add(job(CallContext.start("b", null, Duration.ofMinutes(5)), 3));
                jobs.forEach(batchers.getFirst()::submit);
            }
        })) {
            batchers.add(batcher);
            batcher.submit(alone);
            var expected = ((Picture) alone.await()).rgb();
            assertThat(((Picture) jobs.get(0).await()).rgb()).isEqualTo(expected);
            assertThatThrownBy(jobs.get(1)::await).isInstanceOf(InferenceFailed.class)
                    .hasMessage("the generator failed");
            assertThat(((Picture) jobs.get(2).await()).rgb()).isEqualTo(expected);
            assertThat(jobs.get(1).timings().batchSize()).as("rows that were run together, two each").isEqualTo(8);
        }
    }

    @Test
    void theBatchTakesNoMoreRowsThanItMay() {
        var jobs = new ArrayList<DiffusionJob>();
        try (var batcher = batcher(new BatchPolicy(16, 4), _ -> {})) {
            for (int i = 0; i < 5; i++) {
                jobs.add(job(call, 3));
                batcher.submit(jobs.getLast());
            }
            jobs.forEach(DiffusionJob::await);
        }
        assertThat(jobs).allSatisfy(job -> assertThat(job.timings().batchSize()).isLessThanOrEqualTo(4));
    }

    private DiffusionJob job(CallContext context, int steps) {
        return new DiffusionJob(context,
                pipeline.begin(new MediaRequest(new float[20], 1, steps, 3, TinyBundle.SMALL)));
    }

    /** A batcher that tells after each step how many there have been. */
    private StepBatcher<DiffusionJob> batcher(BatchPolicy policy, Consumer<Integer> after) {
        var stepper = new DiffusionStepper(pipeline, meters);
        return new StepBatcher<>("test", policy, new Stepper<>() {
            private int steps;

            @Override
            public void step(List<DiffusionJob> active) {
                stepper.step(active);
                after.accept(++steps);
            }
        }, meters);
    }
}
