// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.OnnxGraph.Node;
import anymesh.kit.testing.Bundles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxGraphTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void theOperatorsOfAFileAreRead() {
        var graph = OnnxGraph.read(affine());

        assertThat(graph.nodes()).containsExactly(node("Mul", List.of("x", "two"), "doubled"),
                node("Add", List.of("doubled", "one"), "y"));
        assertThat(graph.functions()).isEmpty();
        assertThat(graph.depends("y", "x")).isTrue();
        assertThat(graph.depends("doubled", "one")).isFalse();
    }

    @Test
    void whatTakesOnlyAShapeDoesNotDependOnTheNumbers() {
        var graph = new OnnxGraph(List.of(node("Shape", List.of("positions"), "shape"),
                node("Reshape", List.of("x", "shape"), "reshaped"), node("Add", List.of("reshaped", ""), "y")),
                List.of());

        assertThat(graph.depends("y", "positions")).isFalse();
        assertThat(graph.depends("y", "x")).isTrue();
    }

    @Test
    void aBodyDependsOnWhatItTakesFromOutside() {
        var body = List.of(node("Neg", List.of("positions"), "inner"));
        var graph = new OnnxGraph(
                List.of(new Node("", "If", List.of("condition"), List.of("y"), body)), List.of());

        assertThat(graph.depends("y", "positions")).isTrue();
        assertThat(graph.depends("y", "condition")).isTrue();
        assertThat(graph.depends("y", "x")).isFalse();
        assertThat(graph.all()).extracting(Node::operator).containsExactly("If", "Neg");
    }

    @Test
    void aFileThatIsNoGraphIsRefusedByName() throws IOException {
        var whole = Files.readAllBytes(affine());
        for (var broken : List.of(new byte[0], "not a model".getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(whole, whole.length / 2))) {
            var file = Files.write(folder.resolve("broken.onnx"), broken);
            assertThatThrownBy(() -> OnnxGraph.read(file)).isInstanceOf(BundleException.class)
                    .hasMessageContaining("broken.onnx");
        }
        assertThatThrownBy(() -> OnnxGraph.read(folder.resolve("none.onnx"))).isInstanceOf(BundleException.class);
    }

    private Path affine() {
        return Bundles.copy(OnnxGraphTest.class, "/models/affine.onnx",
                folder.resolve("affine").resolve("affine.onnx"));
    }

    private static Node node(String operator, List<String> inputs, String output) {
        return new Node("", operator, inputs, List.of(output), List.of());
    }
}
