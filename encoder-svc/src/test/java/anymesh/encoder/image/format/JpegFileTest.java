// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import static anymesh.encoder.image.format.Jpegs.progressive;
import static anymesh.encoder.image.format.Jpegs.repeated;
import static anymesh.encoder.image.format.Jpegs.resized;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** What a JPEG takes to decode. */
final class JpegFileTest {
    @Test
    void everyScanGoesOverAllPixels() throws IOException {
        assertThat(work(progressive())).isEqualTo(10 * (96 * 64 + 64 * 32 + 1024));
    }

    /** One pixel is a block of 64, and a row is more than its pixels. */
    @Test
    void aNarrowPictureIsMoreWorkThanItsPixels() throws IOException {
        var narrow = resized(progressive(), 1, 65_500);
        assertThat(work(narrow)).isEqualTo(10 * (8 * 65_504 + 65_500 * 32 + 1024));
        assertThat(work(repeated(narrow, 730))).isGreaterThan(1L << 30);
    }

    @Test
    void aScanOfNothingIsWorkToo() throws IOException {
        assertThat(work(repeated(resized(progressive(), 1, 1), 50_000))).isGreaterThan(50_000 * 1024);
    }

    private static long work(byte[] jpeg) {
        return PictureFile.of(ByteBuffer.wrap(jpeg)).cost().work();
    }
}
