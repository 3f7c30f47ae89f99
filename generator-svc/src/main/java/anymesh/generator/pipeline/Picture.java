// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Eight-bit RGB pixels, row by row from the top left, three bytes each. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Picture(PictureSize size, byte[] rgb) implements Media {

    public static final String MIME_TYPE = "image/png";

    public Picture {
        if (rgb.length != 3 * size.width() * size.height()) {
            throw new IllegalArgumentException(
                    "%d bytes (expected: 3 for each pixel of %s)".formatted(rgb.length, size));
        }
    }

    /** As a PNG file, RGB with eight bits, without alpha or metadata. */
    public byte[] png() {
        var image = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_INT_RGB);
        var pixels = new int[size.width() * size.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | (rgb[3 * i + 2] & 0xff);
        }
        image.setRGB(0, 0, size.width(), size.height(), pixels, 0, size.width());
        var file = new ByteArrayOutputStream();
        // ImageIO.write(image, format, stream) would go through a cache file on disk.
        var writer = Objects.requireNonNull(ImageIO.getImageWritersByFormatName("png").next());
        try (var stream = new MemoryCacheImageOutputStream(file)) {
            writer.setOutput(stream);
            writer.write(image);
        } catch (IOException e) {
            throw new UncheckedIOException("no file is written here", e);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }
}
