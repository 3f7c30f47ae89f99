// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.config.ConfigLoader;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GeneratorConfigTest {
    private static final Path YAML = Path.of(System.getProperty("anymesh.root"), "generator-svc/config/generator.yaml");

    @Test
    void theExplainedFileHoldsTheDefaults() {
        assertThat(ConfigLoader.load(GeneratorConfig.class, GeneratorConfig.defaults(), YAML, Map.of()))
                .isEqualTo(GeneratorConfig.defaults());
    }

    @Test
    void theEnvironmentWinsOverTheFile() {
        var config = ConfigLoader.load(GeneratorConfig.class, GeneratorConfig.defaults(), YAML,
                Map.of("ANYMESH_DECODEBATCH", "1", "ANYMESH_STAGE_BATCH_MAXBATCH", "4", "ANYMESH_STAGE_GRPCPORT",
                        "7051"));
        assertThat(config.decodeBatch()).isEqualTo(1);
        assertThat(config.stage().batch().maxBatch()).isEqualTo(4);
        assertThat(config.stage().grpcPort()).isEqualTo(7051);
    }

    @Test
    void aValueOutOfRangeIsRefusedByItsKey() {
        assertThatThrownBy(() -> ConfigLoader.load(GeneratorConfig.class, GeneratorConfig.defaults(), null,
                Map.of("ANYMESH_DECODEBATCH", "0"))).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("decodeBatch", "0");
    }
}
