// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.testing.Bundles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertRefused("manifest.json: no such file");
    }

    @Test
    void aManifestThatIsNoJsonIsRefused() throws IOException {
        write("manifest.json", "not json");
        assertRefused("manifest.json");
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
