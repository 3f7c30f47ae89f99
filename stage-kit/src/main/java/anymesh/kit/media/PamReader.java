// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/**
 * A row of PAM pictures of four bytes a pixel, red, green, blue and opacity, each of which says its own size: how ffmpeg hands
 * frames over. What is transparent is laid on white, so that no colour is seen that no player shows.
 */
final class PamReader {
    private static final int MAX_LINE = 64;
    private static final int CHANNELS = 4;
    private static final int OPAQUE = 255;

    private final InputStream from;
    private final long maxPixels;

    PamReader(InputStream from, long maxPixels) {
        this.from = from;
        this.maxPixels = maxPixels;
    }

    /** Hands on each picture as it comes. */
    void readAll(Consumer<VideoFrame> frames) throws IOException {
        for (int first; (first = from.read()) >= 0;) {
            if (first != 'P' || !line().equals("7")) {
                throw new IOException("no PAM");
            }
            int width = 0;
            int height = 0;
            for (String line = line(); !line.equals("ENDHDR"); line = line()) {
                var words = line.split(" ", 2);
                switch (words[0]) {
                    case "WIDTH" -> width = Integer.parseInt(words[1]);
                    case "HEIGHT" -> height = Integer.parseInt(words[1]);
                    default -> {
                        // What was asked for: four channels of eight bits.
                    }
                }
            }
            if (width < 1 || height < 1 || (long) width * height > maxPixels) {
                throw new IOException("a frame of %dx%d".formatted(width, height));
            }
            frames.accept(new VideoFrame(width, height, pixels(width, height)));
        }
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c; (c = from.read()) != '\n';) {
            if (c < 0 || line.length() > MAX_LINE) {
                throw new EOFException("a frame's header is cut off");
            }
            line.append((char) c);
        }
        return line.toString();
    }

    private byte[] pixels(int width, int height) throws IOException {
        var rgb = new byte[3 * width * height];
        var row = new byte[CHANNELS * width];
        for (int to = 0; to < rgb.length;) {
            if (from.readNBytes(row, 0, row.length) < row.length) {
                throw new EOFException("a frame is cut off");
            }
            for (int pixel = 0; pixel < row.length; pixel += CHANNELS) {
                int opacity = row[pixel + 3] & 0xFF;
                for (int channel = 0; channel < 3; channel++) {
                    rgb[to++] = opacity == OPAQUE
                            ? row[pixel + channel]
                            : onWhite(row[pixel + channel] & 0xFF, opacity);
                }
            }
        }
        return rgb;
    }

    private static byte onWhite(int value, int opacity) {
        return (byte) ((value * opacity + OPAQUE * (OPAQUE - opacity) + OPAQUE / 2) / OPAQUE);
    }
}
