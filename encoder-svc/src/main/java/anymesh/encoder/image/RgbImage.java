// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Size;

/** Eight-bit RGB, row-major, three bytes a pixel. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record RgbImage(Size size, byte[] pixels) {

    int width() {
        return size.width();
    }

    int height() {
        return size.height();
    }

    /** One channel (0 red, 1 green, 2 blue) of one pixel, 0 to 255. */
    int at(int x, int y, int channel) {
        return pixels[(y * width() + x) * 3 + channel] & 0xFF;
    }
}
