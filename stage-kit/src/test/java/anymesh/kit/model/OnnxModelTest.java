// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import anymesh.kit.testing.Bundles;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.Overloaded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class OnnxModelTest {
    @TempDir
    private Path folder;

    @Test
    void namesRanksAndTypesAreReadFromTheSession() {
        try (var model = affine(OnnxSettings.cpu(1))) {
            assertThat(model.inputs()).containsOnlyKeys("x");
            assertThat(model.input("x").type()).isEqualTo(ElementType.FLOAT32);
            assertThat(model.output("y").shape()).containsExactly(-1L, 3L);
            assertThatThrownBy(() -> model.input("z")).isInstanceOf(BundleException.class)
                    .hasMessageContaining("no input 'z' (it has: [x])");
        }
    }

    @Test
    void copiedAndPinnedRunsAgree() {
        try (var model = affine(OnnxSettings.cpu(1))) {
            var x = Tensor.ofFloats(new float[]{1, 2, 3, -1, 0, 0.5f}, 2, 3);
            var pinned = Tensor.allocate(ElementType.FLOAT32, 2, 3);
            model.run(Map.of("x", x), Map.of("y", pinned));
            assertThat(pinned.toFloatArray()).containsExactly(3, 5, 7, -1, 1, 2);
            assertThat(model.run(Map.of("x", x)).get("y").toFloatArray()).containsExactly(pinned.toFloatArray());
        }
    }

    @Test
    void aRunWithAWrongShapeFailsAndTheNextOneWorks() {
        try (var model = affine(OnnxSettings.cpu(1))) {
            assertThatThrownBy(() -> model.run(Map.of("x", Tensor.ofFloats(new float[]{1, 2}, 1, 2))))
                    .isInstanceOf(InferenceFailed.class);
            assertThat(model.run(Map.of("x", Tensor.ofFloats(new float[]{0, 0, 0}, 1, 3))).get("y").toFloatArray())
                    .containsExactly(1, 1, 1);
        }
    }

    @Test
    void memoryThatTheRuntimeDoesNotGetIsALackOfCapacity() throws IOException {
        // Where the kernel promises any amount, as on a node of Kubernetes, it ends the process instead.
        assumeFalse(Files.readString(Path.of("/proc/sys/vm/overcommit_memory")).strip().equals("1"),
                "vm.overcommit_memory is 1");
        try (var model = OnnxModel.load(Bundles.copy(OnnxModelTest.class, "/models/zeros.onnx",
                folder.resolve("zeros.onnx")), OnnxSettings.cpu(1))) {
            assertThatThrownBy(() -> model.run(Map.of("count", Tensor.ofLongs(new long[]{1L << 50}, 1))))
                    .isInstanceOf(Overloaded.class);
            assertThat(model.run(Map.of("count", Tensor.ofLongs(new long[]{2}, 1))).get("y").toFloatArray())
                    .containsExactly(0, 0);
        }
    }

    @Test
    void aModelIsClosedOnceHoweverOftenItIsAskedTo() {
        int before = OnnxModel.open();
        var model = affine(OnnxSettings.cpu(1));
        assertThat(OnnxModel.open()).isEqualTo(before + 1);
        model.close();
        model.close();
        assertThat(OnnxModel.open()).isEqualTo(before);
    }

    @Test
    void aModelThatIsClosedIsNotRun() {
        var model = affine(OnnxSettings.cpu(1));
        var x = Tensor.ofFloats(new float[]{1, 2, 3}, 1, 3);
        var y = Tensor.allocate(ElementType.FLOAT32, 1, 3);
        var binding = model.bind();
        binding.feed("x", x);
        binding.write("y", y);
        binding.close();
        model.close();
        assertThatThrownBy(() -> model.run(Map.of("x", x), Map.of("y", y))).isInstanceOf(IllegalStateException.class)
                .hasMessage(model.file() + " was closed");
        assertThatThrownBy(() -> model.run(Map.of("x", x))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(model::bind).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void pinnedResultsOfAnotherShapeAreRefusedAndTheNextRunWorks() {
        try (var model = affine(OnnxSettings.cpu(1))) {
            var x = Map.of("x", Tensor.ofFloats(new float[]{1, 2, 3}, 1, 3));
            var larger = Tensor.allocate(ElementType.FLOAT32, 2, 3);
            assertThatThrownBy(() -> model.run(x, Map.of("y", larger))).isInstanceOf(InferenceFailed.class);
            assertThatThrownBy(() -> model.run(x, Map.of("z", larger))).isInstanceOf(InferenceFailed.class)
                    .hasMessageContaining("no output 'z' (it has: [y])");
            var y = Tensor.allocate(ElementType.FLOAT32, 1, 3);
            model.run(x, Map.of("y", y));
            assertThat(y.toFloatArray()).containsExactly(3, 5, 7);
        }
    }

    @Test
    void providersThatAreNotThereAreLeftForTheNextOne() {
        try (var model = affine(OnnxSettings.defaults())) {
            assertThat(model.run(Map.of("x", Tensor.ofFloats(new float[]{1, 1, 1}, 1, 3))).get("y").toFloatArray())
                    .containsExactly(3, 3, 3);
            assertThat(model.provider()).isNotNull();
        }
    }

    @Test
    void aFileThatIsNoModelIsRefusedByName() throws IOException {
        var file = Files.writeString(folder.resolve("text.onnx"), "not a model");
        assertThatThrownBy(() -> OnnxModel.load(file, OnnxSettings.cpu(1))).isInstanceOf(BundleException.class)
                .hasMessage(file + ": no model that ONNX Runtime can load: Protobuf parsing failed.");
    }

    private OnnxModel affine(OnnxSettings settings) {
        return OnnxModel.load(Bundles.copy(OnnxModelTest.class, "/models/affine.onnx", folder.resolve("affine.onnx")),
                settings);
    }
}
