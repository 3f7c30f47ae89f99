// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What a JPEG takes to decode. */
final class JpegFileTest {
    private static final byte START_OF_SCAN = (byte) 0xDA;

    /** 96x64 pixels of 4:4:4 in ten scans. */
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

    private static byte[] progressive() throws IOException {
        return Files.readAllBytes(Path.of(System.getProperty("anymesh.root"),
                "encoder-svc/src/test/resources/pictures/seen/progressive.jpg"));
    }

    private static byte[] resized(byte[] jpeg, int width, int height) {
        var frame = ByteBuffer.wrap(jpeg);
        for (int at = 0;; at++) {
            if (frame.getShort(at) == (short) 0xFFC2) {
                frame.putShort(at + 5, (short) height).putShort(at + 7, (short) width);
                return jpeg;
            }
        }
    }

    /** With its last scan so many times. */
    private static byte[] repeated(byte[] jpeg, int times) {
        int scan = 0;
        for (int at = 0; at + 1 < jpeg.length; at++) {
            scan = jpeg[at] == (byte) 0xFF && jpeg[at + 1] == START_OF_SCAN ? at : scan;
        }
        var bytes = new ByteArrayOutputStream();
        bytes.write(jpeg, 0, scan);
        for (int i = 0; i < times; i++) {
            bytes.write(jpeg, scan, jpeg.length - 2 - scan);
        }
        bytes.write(jpeg, jpeg.length - 2, 2);
        return bytes.toByteArray();
    }
}
