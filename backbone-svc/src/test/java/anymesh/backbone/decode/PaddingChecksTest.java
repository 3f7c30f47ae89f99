// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.TinyBackbone;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxGraph;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the graphs of src/test/python/make_padding_graphs.py. */
class PaddingChecksTest {

    @ParameterizedTest
    @CsvSource({"group-query, com.microsoft.GroupQueryAttention",
        "group-query-inside, com.microsoft.GroupQueryAttention",
        "group-query-function, com.microsoft.GroupQueryAttention", "paged, com.microsoft.PagedAttention",
        "multi-head-lengths, com.microsoft.MultiHeadAttention",
        "multi-head-shared-past, com.microsoft.MultiHeadAttention",
        "multi-head-unmasked, com.microsoft.MultiHeadAttention", "packed-weights-lengths, com.microsoft.Attention",
        "standard-lengths, operator Attention", "scattered, TensorScatter", "no-positions, position_ids",
        "no-mask, attention_mask"})
    void decoderWhoseAnswersWouldDependOnTheirCompanyIsRefused(String name, String culprit) {
        assertThatThrownBy(() -> check(graph(name))).isInstanceOf(BundleException.class).hasMessageContaining(culprit)
                .hasMessageContaining("an answer would depend on its company");
    }

    @ParameterizedTest
    @ValueSource(strings = {"multi-head", "packed-weights-bias", "standard"})
    void attentionWithAMaskForEachPositionIsNot(String name) {
        assertThatCode(() -> check(graph(name))).doesNotThrowAnyException();
    }

    @Test
    void bundleWithSuchADecoderIsNotLoaded(@TempDir Path folder) throws IOException {
        TinyBackbone.copyWithFile(folder, "decoder.onnx", file("group-query"));
        int before = OnnxModel.open();
        try (var bundle = BackboneBundle.load(folder)) {
            assertThatThrownBy(() -> DecodeLoop.load(bundle, OnnxSettings.cpu(1), 40))
                    .isInstanceOf(BundleException.class)
                    .hasMessageStartingWith("decoder.onnx: operator com.microsoft.GroupQueryAttention counts each");
        }
        assertThat(OnnxModel.open()).isEqualTo(before);
    }

    private static void check(OnnxGraph graph) {
        PaddingChecks.require(graph, "decoder.onnx", "attention_mask", "position_ids", "logits");
    }

    private static OnnxGraph graph(String name) {
        return OnnxGraph.read(file(name));
    }

    private static Path file(String name) {
        try {
            var resource = PaddingChecksTest.class.getResource("/padding/%s.onnx".formatted(name));
            return Path.of(Objects.requireNonNull(resource, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
