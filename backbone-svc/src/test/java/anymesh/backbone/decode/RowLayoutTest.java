// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.model.OnnxGraph;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the graphs of src/test/python/make_padding_graphs.py. */
class RowLayoutTest {

    @ParameterizedTest
    @ValueSource(strings = {"multi-head", "packed-weights-bias", "standard"})
    void attentionWithAMaskForEachPositionIsPaddedAtTheLeft(String name) {
        assertThat(of(name)).isEqualTo(new RowLayout.Found(RowLayout.LEFT_PADDED, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"group-query", "group-query-inside", "group-query-function"})
    void groupedAttentionWithLengthsIsPaddedAtTheRight(String name) {
        assertThat(of(name)).isEqualTo(new RowLayout.Found(RowLayout.RIGHT_PADDED, ""));
    }

    @ParameterizedTest
    @CsvSource({"paged, com.microsoft.PagedAttention counts each row's positions from the left",
        "multi-head-lengths, com.microsoft.MultiHeadAttention takes its rows' lengths",
        "multi-head-shared-past, com.microsoft.MultiHeadAttention takes its rows' lengths",
        "multi-head-unmasked, com.microsoft.MultiHeadAttention has no mask for each position",
        "packed-weights-lengths, com.microsoft.Attention takes its rows' lengths",
        "standard-lengths, Attention takes its rows' lengths",
        "scattered, TensorScatter counts each row's positions from the left",
        "grouped-and-standard, Attention stands beside GroupQueryAttention",
        "group-query-bias, com.microsoft.GroupQueryAttention has a bias", "no-positions, positions",
        "no-mask, attention_mask"})
    void whatElseThereIsTakesRowsOfOneLength(String name, String why) {
        assertThat(of(name).layout()).isEqualTo(RowLayout.EQUAL_LENGTHS);
        assertThat(of(name).why()).contains(why);
    }

    private static RowLayout.Found of(String name) {
        return RowLayout.of(graph(name), "attention_mask", "position_ids", "logits");
    }

    private static OnnxGraph graph(String name) {
        return OnnxGraph.read(file(name));
    }

    private static Path file(String name) {
        try {
            var resource = RowLayoutTest.class.getResource("/padding/%s.onnx".formatted(name));
            return Path.of(Objects.requireNonNull(resource, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
