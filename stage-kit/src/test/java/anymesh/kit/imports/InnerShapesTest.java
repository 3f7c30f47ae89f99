// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.OnnxFile;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InnerShapesTest {
    private static final byte[] SHAPE = OnnxWriter.message(out -> out.writeString(1, "inner"));

    @TempDir
    private Path folder;

    @Test
    void theRestStaysByteForByte() throws IOException {
        var told = file("told.onnx", true);
        var silent = file("silent.onnx", false);
        assertThat(Files.readAllBytes(told)).isNotEqualTo(Files.readAllBytes(silent));
        assertThat(InnerShapes.leftOut(Files.readAllBytes(told))).isEqualTo(Files.readAllBytes(silent));
        assertThat(InnerShapes.leftOut(Files.readAllBytes(silent))).isEqualTo(Files.readAllBytes(silent));
        assertThat(
                OnnxFile.read(Files.write(folder.resolve("again.onnx"), InnerShapes.leftOut(Files.readAllBytes(told)))))
                .isEqualTo(OnnxFile.read(told));
    }

    @Test
    void halfAFileIsRefused() throws IOException {
        var told = Files.readAllBytes(file("told.onnx", true));
        assertThatThrownBy(() -> InnerShapes.leftOut(Arrays.copyOf(told, told.length / 2)))
                .isInstanceOf(IOException.class);
    }

    private Path file(String name, boolean isTold) {
        var onnx = new OnnxBytes().opset("", 17).node("", "Add");
        if (isTold) {
            onnx.graph(13, SHAPE).graph(13, SHAPE);
        }
        return onnx.graph(5, OnnxBytes.tensor("w", 1, 2)).node("", "Mul").write(folder.resolve(name));
    }
}
