// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.function.Consumer;

/** Makes frames of rows of four bytes a pixel: red, green, blue and opacity, {@linkplain OnWhite on white}. */
final class OpaqueFrames implements PictureSink {
    private static final int CHANNELS = 4;

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
        OnWhite.row(pixels, rgb, at);
        at += pixels.length / CHANNELS * 3;
        if (at == rgb.length) {
            frames.accept(new VideoFrame(width, height, rgb));
        }
    }
}
