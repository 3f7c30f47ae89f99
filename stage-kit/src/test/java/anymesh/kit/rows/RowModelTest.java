// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.Bundles;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.Overloaded;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowModelTest {
    private static final RowOutput OUTPUT = new RowOutput("y", "test-3");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final WireMemory memory = new WireMemory("test", 1 << 20);

    @SuppressWarnings("NullAway.Init")
    private RowModel rows;

    @BeforeEach
    void load() {
        var file = Bundles.copy(RowModelTest.class, "/models/affine.onnx", folder.resolve("affine.onnx"));
        Bundles.manifest(folder, "modality_encoder", Map.of());
        var bundle = ModelBundle.open(folder, Component.MODALITY_ENCODER);
        rows = new RowModel("test", OnnxModel.load(file, OnnxSettings.cpu(1)), bundle.manifest(),
                new BatchPolicy(256, 8),
                memory, new SimpleMeterRegistry(), TracerProvider.noop().get("test"));
    }

    @AfterEach
    void nothingLeaks() {
        rows.close();
        memory.close();
    }

    @Test
    void everyCallerGetsTheRowsOfItsOwn() {
        rows.warm();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = IntStream.range(0, 50)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> doubledAndOne(i, 1 + i % 3), callers)).toList();
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).join()).containsOnly(2 * i + 1f).hasSize((1 + i % 3) * 3);
            }
        }
    }

    @Test
    void anEmbeddingSaysItsSpaceShapeAndProducer() {
        try (var batch = run(call(), 1, 2)) {
            assertThat(batch.spec().space()).isEqualTo("test-3");
            assertThat(batch.spec().shape()).containsExactly(3);
            assertThat(batch.spec().bundle()).isEqualTo("test");
            assertThat(batch.spec().version()).isEqualTo("1.0.0");
            assertThat(batch.rows()).isEqualTo(2);
        }
    }

    @Test
    void whatACallerNoLongerWantsIsFreed() {
        var calls = IntStream.range(0, 30).mapToObj(i -> call()).toList();
        var jobs = calls.stream().map(call -> rows.submit(call, feeds(1, 1), OUTPUT)).toList();
        calls.forEach(CallContext::cancel);
        int taken = 0;
        for (var job : jobs) {
            try (var batch = job.await()) {
                taken += batch.rows();
            } catch (CancellationException e) {
                assertThat(job.isDone()).isTrue();
            }
        }
        assertThat(taken).isLessThanOrEqualTo(30);
    }

    @Test
    void aRowThatCannotBeRunFailsAloneAmongThoseItSharesARunWith() {
        try (var lookup = open("lookup"); var batch = new SharedBatch("lookup", lookup)) {
            var jobs = batch.run(IntStream.of(1, 99, 3, 2, -50)
                    .mapToObj(x -> Map.of("x", Tensor.ofLongs(new long[]{x}, 1, 1))).toList());

            assertThat(number(jobs.get(0))).isEqualTo(10);
            assertThat(number(jobs.get(2))).isEqualTo(30);
            assertThat(number(jobs.get(3))).isEqualTo(20);
            for (int culprit : new int[]{1, 4}) {
                assertThatThrownBy(jobs.get(culprit)::await).isInstanceOf(InferenceFailed.class)
                        .hasMessageContaining("lookup.onnx");
            }
            assertThat(jobs.get(1).timings().batchSize()).as("they were run together").isEqualTo(5);
        }
    }

    @Test
    void oneGroupOfRowsFailsWithoutTheOthers() {
        try (var affine = open("affine"); var batch = new SharedBatch("affine", affine)) {
            var wide = Map.of("x", Tensor.ofFloats(new float[4], 1, 4)); // of a shape that the model does not take
            var jobs = batch.run(List.of(feeds(1, 1), wide, feeds(2, 1)));

            assertThat(number(jobs.get(0))).isEqualTo(3);
            assertThatThrownBy(jobs.get(1)::await).isInstanceOf(InferenceFailed.class);
            assertThat(number(jobs.get(2))).isEqualTo(5);
        }
    }

    @Test
    void aRowThatComesToNoNumbersIsTheCallersAsLongAsTheModelIsWell() {
        try (var root = open("root"); var batch = new SharedBatch("root", root)) {
            var jobs = batch.run(List.of(feeds(4, 2), feeds(-1, 1), feeds(9, 1)));

            assertThat(number(jobs.get(0))).isEqualTo(2);
            assertThat(number(jobs.get(2))).isEqualTo(3);
            assertThatThrownBy(jobs.get(1)::await).isInstanceOfSatisfying(InvalidInput.class,
                    e -> assertThat(e.param()).isEqualTo("items[0]"));
        }
    }

    @Test
    void rowsThatAreNoNumbersAreRefusedBeforeTheyAreRun() {
        for (float broken : new float[]{Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            var feed = Tensor.ofFloats(new float[]{1, 2, 3, 4, broken, 6}, 2, 3);
            assertThatThrownBy(() -> rows.submit(call(), Map.of("x", feed), OUTPUT))
                    .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("items[1]"))
                    .hasMessageContaining(String.valueOf(broken));
        }
    }

    @Test
    void embeddingsThatFindNoMemoryAreALackOfCapacityForTheirCallerAlone() {
        try (var affine = open("affine");
                var batch = new SharedBatch("affine", affine);
                var _ = held(200_000);
                var _ = held(25_000)) { // 16 KiB of the mebibyte are left
            var jobs = batch.run(List.of(feeds(1, 1), feeds(1, 4096), feeds(2, 1)));

            assertThat(number(jobs.get(0))).isEqualTo(3);
            assertThatThrownBy(jobs.get(1)::await).isInstanceOf(Overloaded.class);
            assertThat(number(jobs.get(2))).isEqualTo(5);
        }
    }

    @Test
    void moreRowsThanAnAnswerHoldsAreTheCallersFault() {
        var job = rows.submit(call(), feeds(1, 4097), OUTPUT);
        assertThatThrownBy(job::await).isInstanceOfSatisfying(InvalidInput.class,
                e -> assertThat(e.param()).isEqualTo("items"));
    }

    private EmbeddingBatch held(int floats) {
        return EmbeddingBatch.allocate(memory, new EmbeddingSpec("held", List.of(floats), DType.FLOAT32, "b", "1"), 1);
    }

    private OnnxModel open(String name) {
        return OnnxModel.load(Bundles.copy(RowModelTest.class, "/models/%s.onnx".formatted(name),
                folder.resolve("models").resolve(name + ".onnx")), OnnxSettings.cpu(1));
    }

    private static float number(RowJob job) {
        try (var batch = job.await()) {
            return batch.data().asFloatBuffer().get(0);
        }
    }

    /** A batcher whose first step waits until all jobs of a test are queued, so that the second has them all. */
    private final class SharedBatch implements AutoCloseable {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch queued = new CountDownLatch(1);
        private final StepBatcher<RowJob> batcher;

        SharedBatch(String name, OnnxModel model) {
            var stepper = new RowStepper(name, model,
                    ModelBundle.open(folder, Component.MODALITY_ENCODER).manifest(), memory);
            this.batcher = new StepBatcher<>(name, new BatchPolicy(1 << 20, 1 << 20), active -> {
                begun.countDown();
                try {
                    queued.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                stepper.step(active);
            }, new SimpleMeterRegistry());
        }

        List<RowJob> run(List<Map<String, Tensor>> feeds) {
            var first = new RowJob(call(), feeds.getFirst(), OUTPUT);
            batcher.submit(first);
            try {
                begun.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            var jobs = feeds.stream().map(feed -> new RowJob(call(), feed, OUTPUT)).toList();
            jobs.forEach(batcher::submit);
            queued.countDown();
            first.await().close();
            return jobs;
        }

        @Override
        public void close() {
            batcher.close();
        }
    }

    private float[] doubledAndOne(float value, int count) {
        try (var batch = run(call(), value, count)) {
            var numbers = new float[count * 3];
            batch.data().asFloatBuffer().get(numbers);
            return numbers;
        }
    }

    private EmbeddingBatch run(CallContext call, float value, int count) {
        return rows.submit(call, feeds(value, count), OUTPUT).await();
    }

    private static Map<String, Tensor> feeds(float value, int count) {
        var numbers = new float[count * 3];
        Arrays.fill(numbers, value);
        return Map.of("x", Tensor.ofFloats(numbers, count, 3));
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(1));
    }
}
