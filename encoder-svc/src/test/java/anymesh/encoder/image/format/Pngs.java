// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** PNGs that no encoder writes. */
public final class Pngs {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

    private Pngs() {}

    /** Promises so many pixels; nothing follows. */
    public static byte[] header(int width, int height, int depth, int colour) {
        var file = new ByteArrayOutputStream();
        file.writeBytes(SIGNATURE);
        chunk(file, "IHDR", ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) depth).put((byte) colour)
                .array());
        return file.toByteArray();
    }

    /** All black, and therefore small. */
    public static byte[] grey(int width, int height) {
        var deflater = new Deflater();
        var row = new byte[width + 1];
        var compressed = new ByteArrayOutputStream();
        var buffer = new byte[1 << 16];
        for (int y = 0; y < height; y++) {
            deflater.setInput(row);
            while (!deflater.needsInput()) {
                compressed.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        deflater.finish();
        while (!deflater.finished()) {
            compressed.write(buffer, 0, deflater.deflate(buffer));
        }
        deflater.end();
        var file = new ByteArrayOutputStream();
        file.writeBytes(header(width, height, 8, 0));
        chunk(file, "IDAT", compressed.toByteArray());
        chunk(file, "IEND", new byte[0]);
        return file.toByteArray();
    }

    /** The same pixels, of which the header says something else. */
    public static byte[] resized(byte[] png, int width, int height) {
        var changed = header(width, height, png[24], png[25]);
        var file = png.clone();
        System.arraycopy(changed, 0, file, 0, changed.length);
        return file;
    }

    private static void chunk(ByteArrayOutputStream file, String tag, byte[] data) {
        var chunk = ByteBuffer.allocate(12 + data.length).putInt(data.length)
                .put(tag.getBytes(StandardCharsets.US_ASCII)).put(data);
        var sum = new CRC32();
        sum.update(chunk.array(), 4, 4 + data.length);
        file.writeBytes(chunk.putInt((int) sum.getValue()).array());
    }
}
