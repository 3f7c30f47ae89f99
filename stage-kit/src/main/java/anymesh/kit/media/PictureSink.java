// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

/** Takes pictures, or the frames of a film, as they are decoded. */
public interface PictureSink {
    /** The next picture's size in pixels. */
    void begin(int width, int height);

    /** The next row from its top, three or four bytes a pixel; the array is used again. */
    void row(byte[] pixels);
}
