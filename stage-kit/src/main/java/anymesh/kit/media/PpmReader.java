// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** A row of binary PPM pictures ({@code P6}, eight bits), each of which says its own size: how ffmpeg hands frames over. */
final class PpmReader {
    private final InputStream from;
    private final long maxPixels;

    PpmReader(InputStream from, long maxPixels) {
        this.from = from;
        this.maxPixels = maxPixels;
    }

    /** Hands on each picture as it comes and returns how many there were. */
    int readAll(Consumer<VideoFrame> frames) throws IOException {
        int count = 0;
        for (int first; (first = from.read()) >= 0; count++) {
            if (first != 'P' || from.read() != '6') {
                throw new IOException("no PPM");
            }
            from.read(); // The space after the mark; each number takes the one behind it.
            int width = number();
            int height = number();
            number();
            if ((long) width * height > maxPixels) {
                throw new IOException("a frame of %dx%d".formatted(width, height));
            }
            frames.accept(new VideoFrame(width, height, bytes(3 * width * height)));
        }
        return count;
    }

    private int number() throws IOException {
        int value = 0;
        for (int digit; (digit = from.read()) >= '0' && digit <= '9';) {
            value = Math.addExact(Math.multiplyExact(value, 10), digit - '0');
        }
        return value;
    }

    private byte[] bytes(int count) throws IOException {
        var bytes = from.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("a frame is cut off");
        }
        return bytes;
    }
}
