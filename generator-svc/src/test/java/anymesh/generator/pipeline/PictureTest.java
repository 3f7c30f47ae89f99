// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {

    @Test
    void aPictureOfAnotherSizeThanItsBytesIsRefused() {
        assertThatThrownBy(() -> new Picture(new PictureSize(2, 2), new byte[11]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "128", "128x", "0x16", "-1x16", "16X16", "16x16 ", "1e2x16", "016x16", "100000x1"})
    void aSizeIsTwoNumbersAroundAnX(String text) {
        assertThatThrownBy(() -> PictureSize.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("WIDTHxHEIGHT");
        assertThat(PictureSize.parse("1024x576")).isEqualTo(new PictureSize(1024, 576)).hasToString("1024x576");
    }
}
