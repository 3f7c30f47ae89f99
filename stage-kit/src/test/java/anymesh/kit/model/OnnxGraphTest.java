// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.imports.OnnxWriter;
import anymesh.kit.model.OnnxGraph.Node;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    /** As onnxruntime-genai's builder chooses between the rotary factors of short and long texts. */
    @ParameterizedTest
    @CsvSource({"Greater,length,limit,4096", "Greater,limit,length,4095", "GreaterOrEqual,length,limit,4095",
        "GreaterOrEqual,limit,length,4096", "Less,length,limit,4095", "Less,limit,length,4096",
        "LessOrEqual,length,limit,4096", "LessOrEqual,limit,length,4095"})
    void whereAnIfTurnsIsRead(String operator, String left, String right, long last) {
        for (boolean isNode : new boolean[]{false, true}) {
            var model = new OnnxBytes().opset("", 21);
            if (isNode) {
                model.graph(1, OnnxWriter.message(out -> {
                    out.writeString(2, "limit");
                    out.writeString(4, "Constant");
                    out.writeByteArray(5, OnnxWriter.message(value -> value.writeByteArray(5, tensor("", 4096))));
                }));
            } else {
                model.graph(5, tensor("limit", 4096)).graph(5, OnnxBytes.tensor("weights", 1, 1000));
            }
            model.graph(1, operator(operator, "isLong", left, right)).graph(1, operator("If", "y", "isLong"));
            assertThat(OnnxGraph.read(model.write(folder.resolve("turns.onnx"))).turnsAfter()).hasValue(last);
        }
    }

    @Test
    void whatComparesNothingWithAConstantDoesNotTurn() {
        var graph = new OnnxBytes().opset("", 21).graph(5, tensor("limit", 4096))
                .graph(1, operator("Equal", "isSame", "length", "limit")).graph(1, operator("If", "y", "isSame"))
                .graph(1, operator("Greater", "isLonger", "length", "other")).graph(1, operator("If", "z", "isLonger"))
                .graph(1, operator("Greater", "isLong", "length", "limit")).graph(1, operator("Where", "w", "isLong"))
                .graph(1, operator("If", "v", "given")).graph(1, operator("If", "u"))
                .graph(5, packed("empty")).graph(5, packed("many", 4096, 4096)).graph(5, packed("limits", 64))
                .graph(1, operator("Less", "isShort", "length", "many")).graph(1, operator("If", "s", "isShort"))
                .graph(5, tensor("none", 0)).graph(1, operator("Greater", "hasPast", "length", "none"))
                .graph(1, operator("If", "t", "hasPast"));
        assertThat(OnnxGraph.read(graph.write(folder.resolve("still.onnx"))).turnsAfter()).isEmpty();
    }

    private static byte[] operator(String operator, String output, String... inputs) {
        return OnnxWriter.message(out -> {
            for (var input : inputs) {
                out.writeString(1, input);
            }
            out.writeString(2, output);
            out.writeString(4, operator);
        });
    }

    @Test
    void aConstantMayBePackedToo() {
        var graph = new OnnxBytes().opset("", 21).graph(5, packed("limit", 4096))
                .graph(1, operator("Less", "isShort", "length", "limit")).graph(1, operator("If", "y", "isShort"));
        assertThat(OnnxGraph.read(graph.write(folder.resolve("packed.onnx"))).turnsAfter()).hasValue(4095);
    }

    /** int64 as packed {@code int64_data}, along one axis. */
    private static byte[] packed(String name, long... values) {
        return OnnxWriter.message(out -> {
            out.writeByteArray(1, OnnxWriter.message(axis -> axis.writeInt64NoTag(values.length)));
            out.writeInt32(2, 7);
            out.writeByteArray(7, OnnxWriter.message(data -> {
                for (long value : values) {
                    data.writeInt64NoTag(value);
                }
            }));
            out.writeString(8, name);
        });
    }

    /** One int64, as exporters write it: without axes, in raw bytes. */
    private static byte[] tensor(String name, long value) {
        return OnnxWriter.message(out -> {
            out.writeInt32(2, 7);
            out.writeString(8, name);
            out.writeByteArray(9, ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
        });
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
