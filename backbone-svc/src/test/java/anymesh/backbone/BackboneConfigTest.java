// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.config.ConfigLoader;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BackboneConfigTest {
    private static final Path YAML = Path.of(System.getProperty("anymesh.root", ".."),
            "backbone-svc/config/backbone.yaml");

    @Test
    void explainedDefaultsAreTheDefaults() {
        var explained = ConfigLoader.load(BackboneConfig.class, BackboneConfig.defaults(), YAML, Map.of());

        assertThat(explained).isEqualTo(BackboneConfig.defaults());
        assertThat(explained.maxSignalRuns()).isEqualTo(8);
        assertThat(explained.stage().batch().maxBatch()).isEqualTo(16);
    }

    @Test
    void environmentWins() {
        var config = load(Map.of("ANYMESH_PREFILLTOKENS", "64", "ANYMESH_STAGE_BATCH_MAXBATCH", "4"));

        assertThat(config.prefillTokens()).isEqualTo(64);
        assertThat(config.stage().batch().maxBatch()).isEqualTo(4);
    }

    @Test
    void valuesOutOfRangeAreRefusedByTheirKey() {
        assertThatThrownBy(() -> load(Map.of("ANYMESH_PREFILLTOKENS", "0"))).hasMessageContaining("prefillTokens: 0");
        assertThatThrownBy(() -> load(Map.of("ANYMESH_MAXSIGNALRUNS", "0"))).hasMessageContaining("maxSignalRuns: 0");
    }

    private static BackboneConfig load(Map<String, String> environment) {
        return ConfigLoader.load(BackboneConfig.class, BackboneConfig.defaults(), YAML, environment);
    }
}
