// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.registry.Release;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bundles with one file, which no stage could load: what is refused is refused before anybody tries. */
final class CandidateTest {
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        folder = folder.toRealPath();
        Files.writeString(folder.resolve("tokenizer.json"), "abc");
        manifest(1, "toyworld", "3.0.0", "llm_backbone");
    }

    @Test
    void itsReleaseIsWhatTheManifestSays() {
        var candidate = Candidate.open("backbone", folder.toString());
        assertThat(candidate.release()).isEqualTo(Release.parse("backbone=toyworld@3.0.0"));
        assertThat(candidate.key()).isEqualTo("backbone/toyworld/3.0.0");
        assertThat(candidate.environment()).isEqualTo(
                Map.of("ANYMESH_STAGE_BUNDLE", folder.toString(), "ANYMESH_STAGE_CANDIDATE", "true"));
    }

    @Test
    void aLinkIsFollowedOnceAndForAll() throws IOException {
        var link = Files.createSymbolicLink(folder.resolve("current"), folder);
        assertThat(Candidate.open("backbone", link.toString()).bundle()).isEqualTo(folder);
    }

    @Test
    void aFolderThatIsNotThereIsRefused() {
        assertRefused("backbone", folder.resolve("none"), "none is no bundle that backbone can serve",
                "no such folder");
    }

    @Test
    void aFolderWithoutAManifestIsRefused() throws IOException {
        Files.delete(folder.resolve("manifest.json"));
        assertRefused("backbone", folder, "manifest.json: no such file");
    }

    @Test
    void aMissingFileIsNamed() throws IOException {
        Files.delete(folder.resolve("tokenizer.json"));
        assertRefused("backbone", folder, "tokenizer.json: no such file");
    }

    @Test
    void aFileThatWasChangedIsNamed() throws IOException {
        Files.writeString(folder.resolve("tokenizer.json"), "abd");
        assertRefused("backbone", folder, "tokenizer.json: sha256", "expected: " + ABC);
    }

    @Test
    void aSchemaThatNobodyKnowsIsRefused() throws IOException {
        manifest(2, "toyworld", "3.0.0", "llm_backbone");
        assertRefused("backbone", folder, "schema 2 (expected: 1)");
    }

    @Test
    void aBundleOfAnotherComponentIsRefused() {
        assertRefused("encoder", folder, "component llm_backbone (expected: modality_encoder)");
    }

    @Test
    void aNameThatNoDocumentMayHaveIsRefused() throws IOException {
        manifest(1, "toy world", "3.0.0", "llm_backbone");
        assertRefused("backbone", folder, "bundle 'toy world'", "letters, digits");
        manifest(1, "toyworld", "3/0", "llm_backbone");
        assertRefused("backbone", folder, "version '3/0'", "letters, digits");
    }

    @Test
    void aGeneratorMakesWhatItsServiceIsFor() {
        var models = Path.of(System.getProperty("anymesh.root"), "models/toyworld");
        assertThat(Candidate.open("image", models.resolve("generator-image").toString()).release())
                .isEqualTo(Release.parse("generator-image=toyworld@3.0.0"));
        assertRefused("audio", models.resolve("generator-image"), "it makes image (expected: audio)");
    }

    @Test
    void aGatewayHasNoBundle() {
        assertThatThrownBy(() -> Candidate.open("gateway", folder.toString()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("./anymesh scale gateway N");
    }

    private static void assertRefused(String service, Path bundle, String... said) {
        assertThatThrownBy(() -> Candidate.open(service, bundle.toString()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(said);
    }

    private void manifest(int schema, String bundle, String version, String component) throws IOException {
        Files.writeString(folder.resolve("manifest.json"), """
                {"schema": %d, "bundle": "%s", "version": "%s", "component": "%s", "precision": "fp32",
                 "license": "Apache-2.0", "files": {"tokenizer.json": "%s"}}
                """.formatted(schema, bundle, version, component, ABC));
    }
}
