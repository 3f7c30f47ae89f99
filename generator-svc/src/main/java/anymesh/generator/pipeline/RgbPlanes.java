// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.util.List;
import java.util.Optional;

/** Pixels as a VAE gives them, three planes in -1..1, into bytes. */
final class RgbPlanes {
    private static final int COLOURS = 3;

    private RgbPlanes() {}

    static List<Integer> shape(PictureSize size) {
        return List.of(COLOURS, size.height(), size.width());
    }

    /**
     * Three planes into interleaved bytes: clamp(x/2 + 0.5), times 255, rounded half to even as numpy does. Empty if any of them is
     * no number.
     */
    static Optional<byte[]> interleaved(float[] planes) {
        int pixels = planes.length / COLOURS;
        var rgb = new byte[planes.length];
        for (int colour = 0; colour < COLOURS; colour++) {
            for (int i = 0; i < pixels; i++) {
                float value = planes[colour * pixels + i];
                if (Float.isNaN(value)) {
                    return Optional.empty();
                }
                rgb[COLOURS * i + colour] = (byte) (int) Math.rint(Math.clamp(value / 2 + 0.5f, 0f, 1f) * 255f);
            }
        }
        return Optional.of(rgb);
    }
}
