// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** A row of binary PAM pictures ({@code P7}, eight bits), each of which says its own size: how ffmpeg hands pictures over. */
final class PamReader {
    private static final int MAX_LINE = 100;

    private final InputStream from;

    PamReader(InputStream from) {
        this.from = from;
    }

    /** Hands on each picture as it comes and returns how many there were. */
    int readAll(PictureSink sink) throws IOException {
        int count = 0;
        for (var line = line(); !line.isEmpty(); line = line(), count++) {
            if (!line.equals("P7")) {
                throw new IOException("no PAM");
            }
            picture(sink);
        }
        return count;
    }

    private void picture(PictureSink sink) throws IOException {
        int width = 0;
        int height = 0;
        int depth = 0;
        for (var line = line(); !line.equals("ENDHDR"); line = line()) {
            var words = line.split(" ", 2);
            if (words.length < 2) {
                throw new EOFException("it is cut off");
            }
            switch (words[0]) {
                case "WIDTH" -> width = Integer.parseInt(words[1]);
                case "HEIGHT" -> height = Integer.parseInt(words[1]);
                case "DEPTH" -> depth = Integer.parseInt(words[1]);
                default -> {
                    // As it always is.
                }
            }
        }
        sink.begin(width, height);
        var row = new byte[Math.multiplyExact(width, depth)];
        for (int y = 0; y < height; y++) {
            if (from.readNBytes(row, 0, row.length) < row.length) {
                throw new EOFException("it is cut off");
            }
            sink.row(row);
        }
    }

    /** Empty at the end. */
    private String line() throws IOException {
        var line = new byte[MAX_LINE];
        int length = 0;
        for (int next; (next = from.read()) >= 0 && next != '\n';) {
            if (length == MAX_LINE) {
                throw new IOException("no PAM");
            }
            line[length++] = (byte) next;
        }
        return new String(line, 0, length, StandardCharsets.US_ASCII);
    }
}
