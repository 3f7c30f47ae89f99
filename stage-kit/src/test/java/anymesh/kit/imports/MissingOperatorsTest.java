// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxFile;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MissingOperatorsTest {
    private static final int FLOAT = 1;
    private static final int OPSET = 21;
    private static final int BATCH = 2;
    private static final int SEQUENCE = 3;
    private static final int HEADS = 4;
    private static final int SIZE = 5;
    private static final float EPSILON = 0.25f; // large, so that it is seen whether it is the node's own

    @TempDir
    private Path folder;

    @Test
    void theGateOfLinearAttentionIsTheBuildersFormula() throws IOException {
        var file = write(new OnnxBytes().opset("", OPSET).opset("com.microsoft", 1)
                .graph(1,
                        node("LinearAttentionGate", List.of("b", "dt_bias", "scale", "a"), List.of("other", "unused")))
                .graph(1, node("LinearAttentionGate", List.of("a", "dt_bias", "scale", "b"), List.of("decay", "beta")))
                .input("a", FLOAT, -1, -1, HEADS).input("b", FLOAT, -1, -1, HEADS).input("dt_bias", FLOAT, HEADS)
                .input("scale", FLOAT, HEADS).output("decay", FLOAT, -1, -1, HEADS)
                .output("beta", FLOAT, -1, -1, HEADS).output("other", FLOAT, -1, -1, HEADS));
        var feeds = new Feeds().add("a", BATCH, SEQUENCE, HEADS).add("b", BATCH, SEQUENCE, HEADS).add("dt_bias", HEADS)
                .add("scale", HEADS);
        var made = feeds.run(file);
        for (int i = 0; i < BATCH * SEQUENCE * HEADS; i++) {
            double sum = feeds.at("a", i) + feeds.at("dt_bias", i % HEADS);
            assertThat(made.get("decay")[i]).isCloseTo(
                    (float) (feeds.at("scale", i % HEADS) * Math.log1p(Math.exp(sum))), within(1e-5f));
            assertThat(made.get("beta")[i]).isCloseTo((float) (1 / (1 + Math.exp(-feeds.at("b", i)))), within(1e-5f));
        }
    }

    @Test
    void theGatedNormIsOverEachHead() throws IOException {
        int whole = HEADS * SIZE;
        var file = write(new OnnxBytes().opset("", OPSET).opset("com.microsoft", 1)
                .graph(1, node("GatedRMSNorm", List.of("x", "scale", "gate"), List.of("y"),
                        OnnxWriter.real("epsilon", EPSILON)))
                .input("x", FLOAT, -1, -1, whole).input("gate", FLOAT, -1, -1, whole).input("scale", FLOAT, SIZE)
                .output("y", FLOAT, -1, -1, whole));
        var feeds = new Feeds().add("x", BATCH, SEQUENCE, whole).add("gate", BATCH, SEQUENCE, whole).add("scale", SIZE);
        var made = feeds.run(file);
        for (int i = 0; i < BATCH * SEQUENCE * whole; i++) {
            double squares = 0;
            for (int k = 0; k < SIZE; k++) {
                squares += Math.pow(feeds.at("x", i - i % SIZE + k), 2);
            }
            double normed = feeds.at("x", i) / Math.sqrt(squares / SIZE + EPSILON) * feeds.at("scale", i % SIZE);
            double gate = feeds.at("gate", i);
            assertThat(made.get("y")[i]).isCloseTo((float) (normed * gate / (1 + Math.exp(-gate))), within(1e-5f));
        }
    }

    @Test
    void theGatedSumIsAsItSays() throws IOException {
        var file = write(new OnnxBytes().opset("", OPSET).opset("com.microsoft", 1)
                .graph(1, node("GatedAdd", List.of("x", "scaled", "gate"), List.of("y")))
                .input("x", FLOAT, -1, SIZE).input("scaled", FLOAT, -1, SIZE).input("gate", FLOAT, -1, 1)
                .output("y", FLOAT, -1, SIZE));
        var feeds = new Feeds().add("x", BATCH, SIZE).add("scaled", BATCH, SIZE).add("gate", BATCH, 1);
        var made = feeds.run(file);
        for (int i = 0; i < BATCH * SIZE; i++) {
            assertThat(made.get("y")[i]).isCloseTo(
                    (float) (feeds.at("x", i) + feeds.at("scaled", i) * feeds.at("gate", i / SIZE)), within(1e-5f));
        }
    }

    @Test
    void whatIsThereStaysAsItIsAndGraphsInGraphsAreReadToo() throws IOException {
        var branch = OnnxWriter.message(
                out -> out.writeByteArray(1, node("GatedAdd", List.of("x", "s", "g"), List.of("y"))));
        var nested = new OnnxBytes().opset("", OPSET).node("com.microsoft", "FusedMatMul")
                .graph(1, OnnxBytes.node("", "If", 6, branch)).write(folder.resolve("nested.onnx"));
        var onnx = OnnxFile.read(nested);
        assertThat(MissingOperators.of(onnx)).containsExactly("GatedAdd");
        var after = OnnxFile.read(Files.write(folder.resolve("after.onnx"),
                MissingOperators.replaced(Files.readAllBytes(nested), onnx)));
        assertThat(after.operators()).contains(":If", "com.microsoft:FusedMatMul", "anymesh:GatedAdd")
                .doesNotContain("com.microsoft:GatedAdd");
        assertThat(after.functions()).containsExactly("anymesh:GatedAdd");
        assertThat(MissingOperators.of(after)).isEmpty();

        var whole = new OnnxBytes().opset("", OPSET).node("com.microsoft", "FusedMatMul").node("other", "GatedAdd");
        assertThat(MissingOperators.of(OnnxFile.read(whole.write(folder.resolve("whole.onnx"))))).isEmpty();
    }

    @Test
    void withoutThemTheRuntimeRefuses() throws IOException {
        var file = new OnnxBytes().opset("", OPSET).opset("com.microsoft", 1)
                .graph(1, node("GatedAdd", List.of("x", "s", "g"), List.of("y"))).input("x", FLOAT, 1)
                .input("s", FLOAT, 1).input("g", FLOAT, 1).output("y", FLOAT, 1)
                .model(1, new byte[0]).write(folder.resolve("refused.onnx"));
        assertThatThrownBy(() -> OnnxModel.load(file, OnnxSettings.cpu(1))).isInstanceOf(BundleException.class);
    }

    private static byte[] node(String operator, List<String> inputs, List<String> outputs, byte[]... attributes) {
        return OnnxWriter.message(out -> {
            out.writeRawBytes(OnnxWriter.node(operator, outputs, inputs, attributes));
            out.writeString(7, "com.microsoft");
        });
    }

    private Path write(OnnxBytes model) throws IOException {
        var bytes = OnnxWriter.message(out -> {
            out.writeInt64(1, 10); // the version of onnx.proto
            out.writeRawBytes(model.graph(2, OnnxBytes.text("test")).bytes());
        });
        var file = Files.write(folder.resolve("model.onnx"), bytes);
        return Files.write(folder.resolve("replaced.onnx"), MissingOperators.replaced(bytes, OnnxFile.read(file)));
    }

    /** Random inputs, and what a model makes of them. */
    private static final class Feeds {
        private final Random random = new Random(18);
        private final Map<String, float[]> values = new HashMap<>();
        private final Map<String, Tensor> tensors = new HashMap<>();

        Feeds add(String name, long... shape) {
            int size = 1;
            for (long axis : shape) {
                size *= (int) axis;
            }
            var numbers = new float[size];
            for (int i = 0; i < size; i++) {
                numbers[i] = (float) random.nextGaussian();
            }
            values.put(name, numbers);
            tensors.put(name, Tensor.ofFloats(numbers, shape));
            return this;
        }

        double at(String name, int i) {
            return values.get(name)[i];
        }

        Map<String, float[]> run(Path file) {
            try (var model = OnnxModel.load(file, OnnxSettings.cpu(1))) {
                var result = new HashMap<String, float[]>();
                model.run(tensors).forEach((name, tensor) -> result.put(name, tensor.toFloatArray()));
                return result;
            }
        }
    }
}
