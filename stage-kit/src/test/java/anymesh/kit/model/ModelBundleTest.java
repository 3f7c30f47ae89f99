// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.catalogue.Component;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelBundleTest {
    @TempDir
    private Path folder;

    @Test
    void aBundleWithRightChecksumsOpens() throws IOException {
        write("a/config.json", "{\"x\": 1, \"unknown\": 2}");
        var bundle = ModelBundle.open(Bundles.manifest(folder, "llm_backbone", Map.of("stop", "end")),
                Component.LLM_BACKBONE);
        assertThat(bundle.manifest().version()).isEqualTo("1.0.0");
        assertThat(bundle.read("a/config.json", Config.class).x()).isEqualTo(1);
        assertThat(bundle.manifestAs(Block.class).stop()).isEqualTo("end");
    }

    @Test
    void aChangedFileIsRefusedByName() throws IOException {
        write("model.onnx", "weights");
        Bundles.manifest(folder, "llm_backbone", Map.of());
        write("model.onnx", "other weights");
        assertRefused("model.onnx: sha256");
    }

    @Test
    void aMissingFileIsRefusedByName() throws IOException {
        write("model.onnx", "weights");
        Bundles.manifest(folder, "llm_backbone", Map.of());
        Files.delete(folder.resolve("model.onnx"));
        assertRefused("model.onnx: no such file");
    }

    @Test
    void weightsThatTheManifestDoesNotListAreNotLoaded() throws IOException {
        Files.createDirectories(folder.resolve("text"));
        new OnnxBytes().graph(1, OnnxBytes.node("", "Constant", 5,
                OnnxBytes.tensor("w", 1, 2, "location", "w.data", "offset", "0", "length", "8")))
                .write(folder.resolve("text/model.onnx"));
        Bundles.manifest(folder, "llm_backbone", Map.of());
        write("text/w.data", "weights!");
        assertRefused("its weights are in 'text/w.data', which the files of manifest.json don't list");
        Bundles.manifest(folder, "llm_backbone", Map.of());
        assertThat(ModelBundle.open(folder, Component.LLM_BACKBONE).has("text/w.data")).isTrue();
    }

    @Test
    void anotherComponentIsRefused() {
        Bundles.manifest(folder, "modality_encoder", Map.of());
        assertRefused("component modality_encoder (expected: llm_backbone)");
    }

    @Test
    void aNewerSchemaIsRefused() {
        Bundles.manifest(folder, "llm_backbone", Map.of("schema", 2));
        assertRefused("schema 2 (expected: 1)");
    }

    @Test
    void aFolderWithoutManifestIsRefused() {
        assertRefused("manifest.json: no such file (expected: the bundle's manifest)");
    }

    @Test
    void aManifestThatIsNoJsonIsRefused() throws IOException {
        write("manifest.json", "not json");
        assertRefused("manifest.json: not JSON at line 1");
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', delimiter = '|', value = {
        "\"schema\": 1 | \"schema\": \"one\" | schema: \"one\" (expected: a whole number)",
        "\"files\": {} | \"files\": [\"a\"] | files: a list (expected: an object)",
        "\"files\": {} | \"more\": {} | files: absent", "\"files\": {} | \"files\": null | files: absent",
        "llm_backbone | llm_backbones | component: \"llm_backbones\" (expected: modality_encoder, input_projector, "
                + "llm_backbone, output_projector, modality_generator)"})
    void aKeyThatIsWrongIsSaidWithWhatIsExpected(String part, String by, String message) throws IOException {
        write("manifest.json", """
                {"schema": 1, "bundle": "b", "version": "1", "component": "llm_backbone", "precision": "fp32",
                 "license": "x", "files": {}}""".replace(part, by));
        assertThatThrownBy(() -> ModelBundle.open(folder, Component.LLM_BACKBONE)).isInstanceOf(BundleException.class)
                .hasMessage(folder + "/manifest.json: " + message);
    }

    @Test
    void aFileOutsideOfTheBundleIsRefused() throws IOException {
        write("manifest.json", """
                {"schema": 1, "bundle": "b", "version": "1", "component": "llm_backbone", "precision": "fp32",
                 "license": "x", "files": {"../secret": "00"}}""");
        assertRefused("outside of the bundle");
    }

    @Test
    void aFileThatTheManifestDoesNotListIsNotHandedOut() throws IOException {
        Bundles.manifest(folder, "llm_backbone", Map.of());
        write("late.json", "{}");
        var bundle = ModelBundle.open(folder, Component.LLM_BACKBONE);
        assertThatThrownBy(() -> bundle.file("late.json")).isInstanceOf(BundleException.class)
                .hasMessageContaining("files has no 'late.json'");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> ModelBundle.open(folder, Component.LLM_BACKBONE)).isInstanceOf(BundleException.class)
                .hasMessageContaining(message);
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private record Config(int x) {}

    private record Block(String stop) {}
}
