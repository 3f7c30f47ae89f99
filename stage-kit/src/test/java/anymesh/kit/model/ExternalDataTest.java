// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.imports.OnnxWriter;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExternalDataTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @Test
    void aFileThatHasItsWeightsNamesNoOther() {
        var affine = Bundles.copy(ExternalDataTest.class, "/models/affine.onnx", folder.resolve("affine.onnx"));

        assertThat(ExternalData.of(affine)).isEmpty();
        var read = OnnxFile.read(affine);
        assertThat(read.operators()).containsExactly(":Add", ":Mul");
        assertThat(read.inputs()).extracting(OnnxFile.Value::name).containsExactly("x");
        assertThat(read.outputs()).extracting(OnnxFile.Value::name).containsExactly("y");
        assertThat(read.weights()).containsOnlyKeys(1);
        assertThat(read.opsets()).containsKey("");
    }

    @Test
    void dataOfEveryPlaceWhereATensorCanBeAreFound() {
        var file = new OnnxBytes()
                .graph(5, tensor("initializer.data"))
                .graph(15, OnnxWriter.message(out -> out.writeByteArray(1, tensor("sparse.data"))))
                .graph(1, OnnxBytes.node("", "Constant", 5, tensor("constant.data")))
                .graph(1, OnnxBytes.node("", "Many", 10, tensor("list.data")))
                .graph(1, OnnxBytes.node("", "Sparse", 22,
                        OnnxWriter.message(out -> out.writeByteArray(2, tensor("indices.data")))))
                .graph(1, OnnxBytes.node("", "If", 6, OnnxWriter.message(out -> out.writeByteArray(1,
                        OnnxBytes.node("", "Loop", 11,
                                OnnxWriter.message(inner -> inner.writeByteArray(5, tensor("sub/body.data"))))))))
                .model(20, OnnxWriter.message(out -> out.writeByteArray(2,
                        OnnxWriter.message(inner -> inner.writeByteArray(5, tensor("training.data"))))))
                .model(25, OnnxWriter.message(out -> {
                    out.writeString(1, "Mine");
                    out.writeByteArray(7, OnnxBytes.node("", "Constant", 5, tensor("function.data")));
                    out.writeByteArray(11, OnnxWriter.message(in -> in.writeByteArray(5, tensor("default.data"))));
                    out.writeString(10, "here");
                }))
                .write(folder.resolve("model.onnx"));

        assertThat(ExternalData.of(file)).containsExactlyInAnyOrder("initializer.data", "sparse.data", "constant.data",
                "list.data", "indices.data", "sub/body.data", "training.data", "function.data", "default.data");
        assertThat(OnnxFile.read(file).functions()).containsExactly("here:Mine");
    }

    @Test
    void aPathThatLeadsOutOfTheFolderIsRefused() {
        for (var path : List.of("/etc/passwd", "../weights.data", "a/../../weights.data", "..", ".", "", "C:\\weights",
                "\\\\host\\weights", "a\0b")) {
            var file = model("location", path);
            assertThatThrownBy(() -> ExternalData.of(file)).as(path).isInstanceOf(BundleException.class)
                    .hasMessageContaining("model.onnx: its weights are in '" + path + "' (expected: a ");
        }
        assertThat(ExternalData.of(model("location", "./a/../weights.data"))).containsExactly("weights.data");
    }

    @Test
    void ofALocationThatStandsTwiceBothAreMeant() {
        assertThat(ExternalData.of(model("location", "a.data", "location", "b.data"))).containsExactly("a.data",
                "b.data");
    }

    @Test
    void dataThatAreMissingOrShortOrLinkedFromElsewhereAreRefused() throws IOException {
        var file = model("location", "weights.data", "offset", "4096", "length", "16");
        var read = OnnxFile.read(file);
        var weights = folder.resolve("weights.data");
        assertThatThrownBy(() -> ExternalData.check(file, read)).isInstanceOf(BundleException.class)
                .hasMessageContaining("'weights.data', which is not there");

        Files.write(weights, new byte[4111]);
        assertThatThrownBy(() -> ExternalData.check(file, read)).isInstanceOf(BundleException.class)
                .hasMessageContaining("weights.data: 4,111 bytes, but model.onnx has 16 at 4,096");
        Files.write(weights, new byte[4112]);
        assertThat(ExternalData.check(file, read)).containsExactly("weights.data");

        var far = model("location", "weights.data", "offset", "1", "length", String.valueOf(Long.MAX_VALUE));
        assertThatThrownBy(() -> ExternalData.check(far, OnnxFile.read(far))).isInstanceOf(BundleException.class);

        var elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Files.move(weights, elsewhere.resolve("weights.data"));
        var inner = Files.move(file, Files.createDirectory(folder.resolve("model")).resolve("model.onnx"));
        Files.createSymbolicLink(inner.resolveSibling("weights.data"), elsewhere.resolve("weights.data"));
        assertThatThrownBy(() -> ExternalData.check(inner, read)).isInstanceOf(BundleException.class)
                .hasMessageContaining("weights.data: a link that leads out of its folder");

        Files.delete(inner.resolveSibling("weights.data"));
        Files.createSymbolicLink(inner.resolveSibling("weights.data"), Path.of("weights.data"));
        assertThatThrownBy(() -> ExternalData.check(inner, read)).isInstanceOf(BundleException.class)
                .hasMessageContaining("which is not there");
    }

    @Test
    void whatIsNoOnnxIsRefused() throws IOException {
        var whole = model("location", "weights.data");
        var bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            var file = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> ExternalData.of(file)).as("%d bytes", length).isInstanceOf(BundleException.class)
                    .hasMessageContaining("cut.onnx");
        }
        for (var wrong : List.of(List.of("offset", "-1"), List.of("length", "many"))) {
            var file = model("location", "weights.data", wrong.getFirst(), wrong.getLast());
            assertThatThrownBy(() -> ExternalData.of(file)).isInstanceOf(BundleException.class)
                    .hasMessageContaining(wrong.getFirst());
        }
        var nested = new byte[0];
        for (int i = 0; i < 2000; i++) {
            var inner = nested;
            nested = OnnxWriter.message(out -> out.writeByteArray(1, OnnxBytes.node("", "If", 6, inner)));
        }
        var deep = new OnnxBytes().node("", "Add").graph(1, OnnxBytes.node("", "If", 6, nested))
                .write(folder.resolve("deep.onnx"));
        assertThatThrownBy(() -> ExternalData.of(deep)).isInstanceOf(BundleException.class)
                .hasMessageContaining("deeper than");
    }

    private static byte[] tensor(String location) {
        return OnnxBytes.tensor("w", 1, 4, "location", location);
    }

    private Path model(String... external) {
        return new OnnxBytes().graph(5, OnnxBytes.tensor("w", 1, 4, external)).node("", "Add")
                .write(folder.resolve("model.onnx"));
    }
}
