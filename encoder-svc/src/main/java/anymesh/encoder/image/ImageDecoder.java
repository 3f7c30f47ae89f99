// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.wire.error.InvalidInput;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Reads PNG, JPEG, WebP and GIF (its first frame) to RGB as PIL's {@code convert("RGB")} does: alpha is dropped, grey is
 * repeated. The size in the header is checked before a pixel is allocated, and only a few pictures are decoded at once,
 * so what a caller sends bounds the memory that it takes.
 */
final class ImageDecoder {
    private final long maxPixels;
    private final Semaphore turns = new Semaphore(Runtime.getRuntime().availableProcessors() * 2);

    ImageDecoder(long maxPixels) {
        this.maxPixels = maxPixels;
    }

    /** Decodes one file; {@link InvalidInput} if it is no picture, is cut off or is larger than allowed. */
    RgbImage decode(byte[] file) {
        turns.acquireUninterruptibly();
        try (var stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
            var readers = ImageIO.getImageReaders(stream);
            if (!readers.hasNext()) {
                throw new InvalidInput("not a picture that can be read (expected: PNG, JPEG, WebP or GIF)");
            }
            var reader = readers.next();
            try {
                reader.setInput(stream, true, true);
                return rgb(read(reader));
            } finally {
                reader.dispose();
            }
        } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException
                | NullPointerException | IllegalStateException e) {
            // ImageIO's readers answer broken files with any of these.
            throw new InvalidInput("the picture is damaged: " + e.getMessage());
        } finally {
            turns.release();
        }
    }

    private BufferedImage read(ImageReader reader) throws IOException {
        long width = reader.getWidth(0);
        long height = reader.getHeight(0);
        if (width * height > maxPixels) {
            throw new InvalidInput("a picture of %dx%d pixels (limit: %d pixels)".formatted(width, height, maxPixels));
        }
        return reader.read(0);
    }

    private static RgbImage rgb(BufferedImage image) {
        var size = new Size(image.getWidth(), image.getHeight());
        var pixels = new byte[size.width() * size.height() * 3];
        if (isGrey(image.getColorModel())) {
            // getRGB would take grey samples as linear light and brighten them.
            int shift = image.getSampleModel().getSampleSize(0) - 8;
            var row = new int[size.width()];
            for (int y = 0, at = 0; y < size.height(); y++) {
                image.getRaster().getSamples(0, y, size.width(), 1, 0, row);
                for (int value : row) {
                    byte grey = (byte) (shift >= 0 ? value >> shift : value * 255 / ((1 << (8 + shift)) - 1));
                    pixels[at++] = grey;
                    pixels[at++] = grey;
                    pixels[at++] = grey;
                }
            }
        } else {
            var row = new int[size.width()];
            for (int y = 0, at = 0; y < size.height(); y++) {
                image.getRGB(0, y, size.width(), 1, row, 0, size.width());
                for (int argb : row) {
                    pixels[at++] = (byte) (argb >> 16);
                    pixels[at++] = (byte) (argb >> 8);
                    pixels[at++] = (byte) argb;
                }
            }
        }
        return new RgbImage(size, pixels);
    }

    private static boolean isGrey(ColorModel model) {
        return !(model instanceof IndexColorModel) && model.getNumColorComponents() == 1;
    }
}
