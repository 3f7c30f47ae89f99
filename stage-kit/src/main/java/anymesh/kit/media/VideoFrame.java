// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

/** Eight-bit RGB pixels, row by row from the top left, three bytes each. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record VideoFrame(int width, int height, byte[] rgb) {

    public VideoFrame {
        if (rgb.length != 3 * width * height) {
            throw new IllegalArgumentException(
                    "%d bytes (expected: 3 for each pixel of %dx%d)".formatted(rgb.length, width, height));
        }
    }
}
