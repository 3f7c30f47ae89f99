// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.testing.Bundles;
import anymesh.wire.error.InferenceFailed;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a graph that says y = 2x + 1, of rows of three. */
final class IoBindingTest {
    @TempDir
    private Path folder;

    private OnnxModel model;
    private IoBinding binding;

    @BeforeEach
    void bind() {
        model = OnnxModel.load(Bundles.copy(IoBindingTest.class, "/models/affine.onnx", folder.resolve("affine.onnx")),
                OnnxSettings.cpu(1));
        binding = model.bind();
    }

    @AfterEach
    void close() {
        binding.close();
        model.close();
    }

    @Test
    void memoryThatIsBoundOnceIsReadAndWrittenAtEachRun() {
        var x = Tensor.ofFloats(new float[]{1, 2, 3}, 1, 3);
        var y = Tensor.allocate(ElementType.FLOAT32, 1, 3);
        binding.feed("x", x);
        binding.write("y", y);
        binding.run();
        assertThat(y.toFloatArray()).containsExactly(3, 5, 7);
        x.floats().put(0, 10);
        binding.run();
        assertThat(y.toFloatArray()).containsExactly(21, 5, 7);
    }

    @Test
    void whatIsKeptOfARunIsFedToTheNextOne() {
        binding.feed("x", Tensor.ofFloats(new float[]{1, 2, 3, 4, 5, 6}, 2, 3));
        binding.keep("y");
        for (int run = 0; run < 2; run++) {
            binding.run();
            binding.feedBack(Map.of("y", "x"));
        }
        var y = Tensor.allocate(ElementType.FLOAT32, 2, 3);
        binding.write("y", y);
        binding.run();
        assertThat(y.toFloatArray()).containsExactly(15, 23, 31, 39, 47, 55);
    }

    @Test
    void whatTheGraphHasNotIsRefusedByName() {
        var x = Tensor.ofFloats(new float[]{1, 2, 3}, 1, 3);
        assertThatThrownBy(() -> binding.feed("z", x)).isInstanceOf(InferenceFailed.class)
                .hasMessageContaining("no input 'z' (it has: [x])");
        assertThatThrownBy(() -> binding.keep("z")).isInstanceOf(InferenceFailed.class)
                .hasMessageContaining("no output 'z' (it has: [y])");
    }

    @Test
    void anotherShapeFailsAndTheNextRunWorks() {
        binding.feed("x", Tensor.ofFloats(new float[]{1, 2}, 1, 2));
        binding.write("y", Tensor.allocate(ElementType.FLOAT32, 1, 3));
        assertThatThrownBy(binding::run).isInstanceOf(InferenceFailed.class);
        var y = Tensor.allocate(ElementType.FLOAT32, 1, 3);
        binding.feed("x", Tensor.ofFloats(new float[]{1, 2, 3}, 1, 3));
        binding.write("y", y);
        binding.run();
        assertThat(y.toFloatArray()).containsExactly(3, 5, 7);
    }

    @Test
    void onlyWhatTheLastRunKeptCanBeFedBack() {
        binding.feed("x", Tensor.ofFloats(new float[]{1, 2, 3}, 1, 3));
        binding.write("y", Tensor.allocate(ElementType.FLOAT32, 1, 3));
        binding.run();
        assertThatThrownBy(() -> binding.feedBack(Map.of("y", "x"))).isInstanceOf(IllegalArgumentException.class);
        binding.keep("y");
        assertThatThrownBy(() -> binding.feedBack(Map.of("y", "x"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("fed back: [y] (expected: what the last run kept, [])");
        binding.run();
        binding.feedBack(Map.of("y", "x"));
    }

    @Test
    void itIsClosedOnceHoweverOftenItIsAskedTo() {
        binding.close();
        binding.close();
        assertThatThrownBy(binding::run).isInstanceOf(IllegalStateException.class);
    }
}
