// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import java.util.Arrays;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PositionInputTest {
    private static final Tensor POSITIONS = Tensor.ofLongs(new long[]{7, 8, 9, 0, 1, 2}, 2, 3);

    @Test
    void ofOneNumberTheyAreFedAsTheyAre() {
        assertThat(input(Set.of("words"), -1, -1).feed(POSITIONS)).isSameAs(POSITIONS);
    }

    @Test
    void ofSeveralNumbersTextHasTheSameForEach() {
        var input = input(Set.of(), 3, -1, -1);
        assertThat(input.feed(POSITIONS).shape()).containsExactly(3, 2, 3);
        assertThat(input.feed(POSITIONS).toLongArray())
                .containsExactly(7, 8, 9, 0, 1, 2, 7, 8, 9, 0, 1, 2, 7, 8, 9, 0, 1, 2);
        assertThat(input.feed(Tensor.ofLongs(new long[]{5}, 1, 1)).toLongArray()).containsExactly(5, 5, 5);
    }

    @Test
    void whatWouldBeFedWronglyIsRefused() {
        assertThatThrownBy(() -> input(Set.of("toy-image"), 3, -1, -1)).isInstanceOf(BundleException.class)
                .hasMessageContaining(
                        "accepts: [toy-image] (expected: none, as the decoder's 'position_ids' is [3, -1, -1]");
        assertThatThrownBy(() -> input(Set.of(), -1, -1, -1))
                .hasMessageContaining("'position_ids' is INT64 [-1, -1, -1]");
        assertThatThrownBy(() -> input(Set.of(), 3, 1, -1)).hasMessageContaining("[3, 1, -1]")
                .hasMessageContaining("[3, -1, -1]");
    }

    private static PositionInput input(Set<String> accepts, long... shape) {
        return PositionInput.of(
                new TensorInfo("position_ids", ElementType.INT64, Arrays.stream(shape).boxed().toList()), accepts,
                "test");
    }
}
