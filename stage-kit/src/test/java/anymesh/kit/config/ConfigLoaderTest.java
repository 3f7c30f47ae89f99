// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.Provider;
import anymesh.kit.server.StageConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {
    private static final StageConfig DEFAULTS = StageConfig.defaults(7010, 7110, Path.of("bundle"),
            new BatchPolicy(8, 4));

    @TempDir
    private Path folder;

    @Test
    void withoutAFileAndAnEnvironmentTheDefaultsHold() {
        assertThat(ConfigLoader.load(StageConfig.class, DEFAULTS, null, Map.of())).isEqualTo(DEFAULTS);
    }

    @Test
    void theEnvironmentWinsOverTheFileAndTheFileOverTheDefaults() throws IOException {
        var yaml = yaml("grpcPort: 1\nhttpPort: 2\nbatch:\n  maxQueue: 3\n");
        var config = ConfigLoader.load(StageConfig.class, DEFAULTS, yaml,
                Map.of("ANYMESH_HTTPPORT", "5", "ANYMESH_ONNX_PROVIDERS", "CUDA, CPU", "ANYMESH_DRAINTIMEOUT", "PT5S"));
        assertThat(config.grpcPort()).isEqualTo(1);
        assertThat(config.httpPort()).isEqualTo(5);
        assertThat(config.batch()).isEqualTo(new BatchPolicy(3, 4));
        assertThat(config.onnx().providers()).containsExactly(Provider.CUDA, Provider.CPU);
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void anUnknownKeyIsRefusedByItsPath() throws IOException {
        var yaml = yaml("batch:\n  maxBatches: 3\n");
        assertThatThrownBy(() -> ConfigLoader.load(StageConfig.class, DEFAULTS, yaml, Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("batch.maxBatches");
    }

    @Test
    void aValueThatTheRecordRefusesIsNamed() {
        assertThatThrownBy(
                () -> ConfigLoader.load(StageConfig.class, DEFAULTS, null, Map.of("ANYMESH_BATCH_MAXBATCH", "0")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("batch.maxBatch: 0 (expected: > 0)");
    }

    @Test
    void aValueOfAnotherTypeIsRefused() {
        assertThatThrownBy(
                () -> ConfigLoader.load(StageConfig.class, DEFAULTS, null, Map.of("ANYMESH_GRPCPORT", "many")))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("many");
    }

    @Test
    void aMissingFileIsRefused() {
        assertThatThrownBy(() -> ConfigLoader.load(StageConfig.class, DEFAULTS, folder.resolve("none.yaml"), Map.of()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("none.yaml");
    }

    private Path yaml(String text) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), text);
    }
}
