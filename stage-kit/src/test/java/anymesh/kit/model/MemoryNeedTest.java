// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.catalogue.Component;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryNeedTest {
    @TempDir
    private Path folder;

    @Test
    void weightsThatTheMachineCannotHoldAreRefusedBeforeAnyoneReadsThem() throws IOException {
        try (var sparse = new RandomAccessFile(folder.resolve("model.onnx.data").toFile(), "rw")) {
            sparse.setLength(10_000_000_000L);
        }
        var bundle = new ModelBundle(folder, new Manifest(1, "large", "1.0.0", Component.LLM_BACKBONE, null, null,
                Map.of("model.onnx.data", "0")));
        assertThat(MemoryNeed.of(bundle).bytes()).isEqualTo(10_000_000_000L);
        assertThat(MemoryNeed.of(bundle).available()).isPositive();
        assertThatThrownBy(() -> new MemoryNeed(bundle, 10_000_000_000L, 4_000_000_000L).requireRoom())
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("take 10.0 GB of memory and there are 4.0 GB");
        assertThatCode(() -> new MemoryNeed(bundle, 10_000_000_000L, 16_000_000_000L).requireRoom())
                .doesNotThrowAnyException();
    }
}
