// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

/** Pixels across and down. */
public record Size(int width, int height) {
    private static final int MAX_SIDE = 1 << 28;

    /** Of a file's header. A side may be longer than any that is read, but not so long that a product of two were no number. */
    static Size of(long width, long height) {
        if (width < 1 || height < 1 || width > MAX_SIDE || height > MAX_SIDE) {
            throw Bytes.damaged("a size of %dx%d".formatted(width, height));
        }
        return new Size((int) width, (int) height);
    }

    public Size transposed() {
        return new Size(/* width= */ height, /* height= */ width);
    }
}
