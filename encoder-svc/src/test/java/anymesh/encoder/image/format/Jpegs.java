// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** JPEGs that no encoder writes. */
public final class Jpegs {
    private static final byte START_OF_SCAN = (byte) 0xDA;

    private Jpegs() {}

    /** 96x64 pixels of 4:4:4 in ten scans. */
    public static byte[] progressive() throws IOException {
        return Files.readAllBytes(Path.of(System.getProperty("anymesh.root"),
                "encoder-svc/src/test/resources/pictures/seen/progressive.jpg"));
    }

    /** The same file, of which the header says something else. */
    public static byte[] resized(byte[] jpeg, int width, int height) {
        var frame = ByteBuffer.wrap(jpeg);
        for (int at = 0;; at++) {
            if (frame.getShort(at) == (short) 0xFFC2) {
                frame.putShort(at + 5, (short) height).putShort(at + 7, (short) width);
                return jpeg;
            }
        }
    }

    /** With its last scan so many times. */
    public static byte[] repeated(byte[] jpeg, int times) {
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
