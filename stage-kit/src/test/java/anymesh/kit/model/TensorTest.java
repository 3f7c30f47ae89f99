// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TensorTest {

    @Test
    void halvesAreRoundedAndReadAsFloats() {
        var floats = Tensor.ofFloats(new float[]{1, -0.5f, 1.0001f, 70_000}, 2, 2);

        var halves = floats.as(ElementType.FLOAT16);

        assertThat(halves.shape()).containsExactly(2, 2);
        var read = new float[3];
        halves.floats(1, 3).get(read);
        assertThat(read).containsExactly(-0.5f, 1, Float.POSITIVE_INFINITY);
        assertThat(floats.as(ElementType.FLOAT32)).isSameAs(floats);
        assertThatThrownBy(() -> halves.as(ElementType.FLOAT32)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void partIsAViewOfSomeIndicesOfAnAxis() {
        var tensor = Tensor.ofFloats(new float[]{0, 1, 2, 3, 4, 5}, 1, 3, 2);

        var part = tensor.part(1, 1, 2);

        assertThat(part.shape()).containsExactly(1, 2, 2);
        assertThat(part.toFloatArray()).containsExactly(2, 3, 4, 5);
        part.floats().put(0, 9);
        assertThat(tensor.toFloatArray()[2]).isEqualTo(9);
        assertThatThrownBy(() -> Tensor.ofFloats(new float[4], 2, 2).part(1, 0, 1))
                .hasMessageContaining("not in one piece");
    }
}
