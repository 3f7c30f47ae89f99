// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Pixels as bytes, three to each, to compare pictures by. */
public final class Pixels {
    private Pixels() {}

    public static byte[] of(Path png) throws IOException {
        return of(ImageIO.read(png.toFile()));
    }

    public static byte[] of(BufferedImage image) {
        var rgb = new byte[3 * image.getWidth() * image.getHeight()];
        for (int i = 0; i < rgb.length / 3; i++) {
            int pixel = image.getRGB(i % image.getWidth(), i / image.getWidth());
            rgb[3 * i] = (byte) (pixel >> 16);
            rgb[3 * i + 1] = (byte) (pixel >> 8);
            rgb[3 * i + 2] = (byte) pixel;
        }
        return rgb;
    }

    /** The largest difference of two pictures in any colour of any pixel, of 255. */
    public static int difference(byte[] one, byte[] other) {
        if (one.length != other.length) {
            throw new IllegalArgumentException("%d and %d bytes".formatted(one.length, other.length));
        }
        int largest = 0;
        for (int i = 0; i < one.length; i++) {
            largest = Math.max(largest, Math.abs((one[i] & 0xff) - (other[i] & 0xff)));
        }
        return largest;
    }
}
