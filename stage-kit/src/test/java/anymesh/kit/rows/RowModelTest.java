// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.Component;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.Bundles;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.trace.TracerProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
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
