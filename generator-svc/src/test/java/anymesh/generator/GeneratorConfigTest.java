// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.config.ConfigLoader;
import anymesh.v1.Modality;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GeneratorConfigTest {
    private static final Path YAML = Path.of(System.getProperty("anymesh.root"), "generator-svc/config/generator.yaml");

    @Test
    void theExplainedFileHoldsTheDefaults() {
        assertThat(ConfigLoader.load(GeneratorConfig.class, GeneratorConfig.defaults(), YAML, Map.of()))
                .isEqualTo(GeneratorConfig.defaults());
    }

    @ParameterizedTest
    @EnumSource(value = Modality.class, names = {"AUDIO", "VIDEO"})
    void everyGeneratorHasAFileOfItsOwn(Modality modality) {
        var defaults = GeneratorConfig.defaults(modality);
        var file = YAML.resolveSibling(defaults.service() + ".yaml");
        assertThat(ConfigLoader.load(GeneratorConfig.class, defaults, file, Map.of())).isEqualTo(defaults);
        assertThat(ConfigLoader.load(GeneratorConfig.class, GeneratorConfig.defaults(), file, Map.of()))
                .as("the file says everything").isEqualTo(defaults);
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
