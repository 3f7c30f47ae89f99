// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.media.VideoFrame;

/** Eight-bit RGB pixels, row by row from the top left, three bytes each. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Picture(PictureSize size, byte[] rgb) implements Media {

    public Picture {
        if (rgb.length != 3 * size.width() * size.height()) {
            throw new IllegalArgumentException(
                    "%d bytes (expected: 3 for each pixel of %s)".formatted(rgb.length, size));
        }
    }

    @Override
    public long elements() {
        return (long) size.width() * size.height();
    }

    /** The same, to be written as a file. */
    public VideoFrame frame() {
        return new VideoFrame(size.width(), size.height(), rgb);
    }
}
