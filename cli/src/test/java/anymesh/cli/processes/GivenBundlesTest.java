// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.BundleException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GivenBundlesTest {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root"), "models/toyworld");

    @Test
    void aServiceIsKnownByItsNameAndAGeneratorByWhatItMakes() {
        assertThat(GivenBundles.of(Map.of("image", MODELS.resolve("generator-image"))))
                .isEqualTo(Map.of("generator-image", MODELS.resolve("generator-image").toAbsolutePath()));
        assertThat(GivenBundles.of(Map.of("backbone", MODELS.resolve("encoder/../backbone"))))
                .isEqualTo(Map.of("backbone", MODELS.resolve("backbone").toAbsolutePath()));
    }

    @Test
    void whatNoServiceCouldLoadIsRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> GivenBundles.of(Map.of("nobody", MODELS)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("there is no service 'nobody'");
        assertThatThrownBy(() -> GivenBundles.of(Map.of("gateway", MODELS)))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("gateway has no bundle");
        assertThatThrownBy(() -> GivenBundles.of(Map.of("backbone", MODELS.resolve("encoder"))))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("component modality_encoder (expected: llm_backbone)");
        assertThatThrownBy(() -> GivenBundles.of(Map.of("backbone", MODELS)))
                .isInstanceOf(BundleException.class).hasMessageContaining("manifest.json: no such file");
    }
}
