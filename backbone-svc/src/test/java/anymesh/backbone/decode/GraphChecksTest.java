// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.TensorInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphChecksTest {
    @TempDir
    private Path folder;

    @Test
    void sizedAxisMayBeFreeButNotAnotherSize() {
        for (long axis : new long[]{16, -1}) {
            assertThatCode(() -> GraphChecks.require(tensor(-1, axis), "test", ElementType.FLOAT32, -1, 16))
                    .doesNotThrowAnyException();
        }
        assertThatThrownBy(() -> GraphChecks.require(tensor(-1, 8), "test", ElementType.FLOAT32, -1, 16))
                .isInstanceOf(BundleException.class).hasMessageContaining("[-1, 8]").hasMessageContaining("[-1, 16]");
    }

    @Test
    void axisThatMustBeFreeMayNotBeSized() {
        assertThatThrownBy(() -> GraphChecks.require(tensor(1, 16), "test", ElementType.FLOAT32, -1, 16))
                .isInstanceOf(BundleException.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "vocab_size": 272                 | "vocab_size": 300           | logits
            "position_ids": "position_ids"    | "position_ids": "positions" | position_ids
            "hidden_states": "hidden_states"  | "hidden_states": "states"   | states
            "input_ids": "input_ids"          | "input_ids": "ids"          | ids
            """)
    void configThatTheGraphContradictsIsRefused(String from, String to, String named) throws IOException {
        TinyBackbone.copyWith(folder, "genai_config.json", from, to);

        int before = OnnxModel.open();
        try (var bundle = BackboneBundle.load(folder)) {
            assertThatThrownBy(() -> DecodeLoop.load(bundle, OnnxSettings.cpu(1), 64, 0).close())
                    .isInstanceOf(BundleException.class).hasMessageContaining(named);
        }
        assertThat(OnnxModel.open()).isEqualTo(before);
    }

    private static TensorInfo tensor(long... axes) {
        return new TensorInfo("x", ElementType.FLOAT32, Arrays.stream(axes).boxed().toList());
    }
}
