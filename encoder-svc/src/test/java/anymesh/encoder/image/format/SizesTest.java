// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes that a header may name, and of which the products are no numbers any more. */
final class SizesTest {

    /** In the last two the bytes of all pixels are, in 64 bits, none and less than none. */
    @ParameterizedTest
    @CsvSource({"4, 3, cut off", "4, -3, cut off", "0, 3, a size of", "-4, 3, a size of",
        "2147483647, -2147483648, damaged",
        "2147483647, 2147483647, damaged"})
    void aBmpHoldsAllThatItSays(int width, int height, String reason) {
        var file = bmp(width, height);
        assertThatThrownBy(() -> PictureFile.of(ByteBuffer.wrap(file))).isInstanceOf(InvalidInput.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aLargePngTakesMuch() {
        assertThat(PictureFile.of(ByteBuffer.wrap(rgba(1 << 28, 1 << 28))).cost().heapBytes()).isEqualTo(1L << 59);
        assertThatThrownBy(() -> PictureFile.of(ByteBuffer.wrap(rgba(1 << 30, 1 << 31))))
                .isInstanceOf(InvalidInput.class).hasMessageContaining("a size of");
    }

    private static byte[] bmp(int width, int height) {
        return ByteBuffer.allocate(54 + 8).order(ByteOrder.LITTLE_ENDIAN).put((byte) 'B').put((byte) 'M')
                .putInt(10, 54).putInt(14, 40).putInt(18, width).putInt(22, height).putShort(28, (short) 32).array();
    }

    /** Of 16 bits; its pixels are missing. */
    private static byte[] rgba(int width, int height) {
        var header = Pngs.header(width, height, 16, 6);
        return Arrays.copyOf(header, header.length + 12);
    }
}
