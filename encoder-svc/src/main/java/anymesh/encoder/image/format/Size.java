// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

/** Pixels across and down. */
public record Size(int width, int height) {
    public Size transposed() {
        return new Size(/* width= */ height, /* height= */ width);
    }
}
