// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureTest {

    @Test
    void aPngHoldsTheVeryPixels() throws IOException {
        var rgb = new byte[3 * 13 * 7];
        new Random(1).nextBytes(rgb);
        var image = ImageIO.read(new ByteArrayInputStream(new Picture(new PictureSize(13, 7), rgb).png()));
        assertThat(image.getWidth()).isEqualTo(13);
        assertThat(image.getHeight()).isEqualTo(7);
        assertThat(Pixels.of(image)).containsExactly(rgb);
        assertThat(image.getColorModel().hasAlpha()).isFalse();
    }

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
