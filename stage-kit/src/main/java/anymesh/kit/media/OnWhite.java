// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

/** Lays what is transparent on white, so that no colour is seen that no viewer and no player shows. */
public final class OnWhite {
    private static final int OPAQUE = 255;

    private OnWhite() {}

    /** One byte of a colour with an opacity, both from 0 to 255. */
    public static byte of(int colour, int opacity) {
        if (opacity == OPAQUE) {
            return (byte) colour; // As most are; the division is spared.
        }
        return (byte) ((colour * opacity + OPAQUE * (OPAQUE - opacity) + OPAQUE / 2) / OPAQUE);
    }

    /**
     * A row of four bytes a pixel (red, green, blue and opacity) as three bytes a pixel.
     *
     * @param rgb may be {@code rgba} itself, if the row goes to its beginning
     * @param at  where in {@code rgb} the row goes
     */
    public static void row(byte[] rgba, byte[] rgb, int at) {
        for (int from = 0, into = at; from < rgba.length; from += 4, into += 3) {
            int opacity = rgba[from + 3] & 0xFF;
            for (int channel = 0; channel < 3; channel++) {
                rgb[into + channel] = of(rgba[from + channel] & 0xFF, opacity);
            }
        }
    }
}
