// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/** Eight-bit RGB pixels, row by row from the top left, three bytes each. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record VideoFrame(int width, int height, byte[] rgb) {

    public VideoFrame {
        if (rgb.length != 3 * width * height) {
            throw new IllegalArgumentException(
                    "%d bytes (expected: 3 for each pixel of %dx%d)".formatted(rgb.length, width, height));
        }
    }

    /** The same pixels. */
    public static VideoFrame of(BufferedImage image) {
        var bgr = image;
        if (image.getType() != BufferedImage.TYPE_3BYTE_BGR) {
            bgr = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
            var graphics = bgr.createGraphics();
            graphics.drawImage(image, 0, 0, null);
            graphics.dispose();
        }
        return new VideoFrame(bgr.getWidth(), bgr.getHeight(), swapped(bytes(bgr)));
    }

    /** The same pixels, for the JDK to work on. */
    public BufferedImage image() {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        System.arraycopy(swapped(rgb), 0, bytes(image), 0, rgb.length);
        return image;
    }

    private static byte[] bytes(BufferedImage image) {
        return ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    }

    /** RGB as BGR, and the other way round. */
    private static byte[] swapped(byte[] pixels) {
        byte[] swapped = pixels.clone();
        for (int i = 0; i < pixels.length; i += 3) {
            swapped[i] = pixels[i + 2];
            swapped[i + 2] = pixels[i];
        }
        return swapped;
    }
}
