// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.function.Consumer;

/**
 * Makes frames of rows of four bytes a pixel: red, green, blue and opacity. What is transparent is laid on white, so that no
 * colour is seen that no player shows.
 */
final class OpaqueFrames implements PictureCodec.Sink {
    private static final int CHANNELS = 4;
    private static final int OPAQUE = 255;

    private final long maxPixels;
    private final Consumer<VideoFrame> frames;
    private byte[] rgb = {};
    private int width;
    private int height;
    private int at;

    /** Hands on each frame as it is whole; one of more pixels is refused with {@link IllegalArgumentException}. */
    OpaqueFrames(long maxPixels, Consumer<VideoFrame> frames) {
        this.maxPixels = maxPixels;
        this.frames = frames;
    }

    @Override
    public void begin(int frameWidth, int frameHeight) {
        if (frameWidth < 1 || frameHeight < 1 || (long) frameWidth * frameHeight > maxPixels) {
            throw new IllegalArgumentException("a frame of %dx%d".formatted(frameWidth, frameHeight));
        }
        width = frameWidth;
        height = frameHeight;
        rgb = new byte[3 * width * height];
        at = 0;
    }

    @Override
    public void row(byte[] pixels) {
        for (int pixel = 0; pixel < pixels.length; pixel += CHANNELS) {
            int opacity = pixels[pixel + 3] & 0xFF;
            for (int channel = 0; channel < 3; channel++) {
                rgb[at++] = opacity == OPAQUE
                        ? pixels[pixel + channel]
                        : onWhite(pixels[pixel + channel] & 0xFF, opacity);
            }
        }
        if (at == rgb.length) {
            frames.accept(new VideoFrame(width, height, rgb));
        }
    }

    private static byte onWhite(int value, int opacity) {
        return (byte) ((value * opacity + OPAQUE * (OPAQUE - opacity) + OPAQUE / 2) / OPAQUE);
    }
}
