// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Orientation;
import anymesh.encoder.image.format.PictureFile;
import anymesh.kit.media.OnWhite;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Reads small pictures by ImageIO, in this process and on its heap. */
final class ImageIoDecoder {
    /** libjpeg's warnings of pixels that it made up; others are of things that do no harm. */
    private static final Pattern MADE_UP = Pattern
            .compile("premature end|bad Huffman code|found marker .* instead of", Pattern.CASE_INSENSITIVE);

    private ImageIoDecoder() {}

    /** {@link InvalidInput} if the file is damaged. A profile that is damaged, or of other colours, is ignored as in browsers. */
    static void decode(PictureFile picture, RowSink sink) {
        BufferedImage image;
        try {
            image = read(picture, picture.parts());
        } catch (InvalidInput e) {
            if (picture.unprofiled().isEmpty()) {
                throw e;
            }
            image = read(picture, picture.unprofiled());
        }
        if (image.getWidth() != picture.stored().width() || image.getHeight() != picture.stored().height()) {
            throw new InvalidInput("the picture is damaged: it has another size than it says");
        }
        new Rows(image, picture.orientation()).into(sink);
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    /** What the JDK makes of a file. Its readers and its colours answer broken ones with all kinds of exceptions. */
    private static <T> T ofFile(Reading<T> reading) {
        try {
            return reading.read();
        } catch (IOException | RuntimeException e) {
            throw new InvalidInput("the picture is damaged: " + e.getMessage());
        }
    }

    private static BufferedImage read(PictureFile picture, List<ByteBuffer> parts) {
        var readers = ImageIO.getImageReadersByFormatName(picture.format().imageIo());
        if (!readers.hasNext()) {
            throw new IllegalStateException("ImageIO has no reader for " + picture.format());
        }
        var reader = readers.next();
        var file = parts.stream().map(UnsafeByteOperations::unsafeWrap).reduce(ByteString.EMPTY, ByteString::concat);
        return ofFile(() -> {
            try (var stream = new MemoryCacheImageInputStream(file.newInput())) {
                return read(reader, stream);
            } finally {
                reader.dispose();
            }
        });
    }

    private static BufferedImage read(ImageReader reader, MemoryCacheImageInputStream stream) throws IOException {
        var warnings = new ArrayList<String>();
        reader.addIIOReadWarningListener((_, warning) -> warnings.add(warning));
        reader.setInput(stream, true, true);
        var image = reader.read(0);
        for (var warning : warnings) {
            if (MADE_UP.matcher(warning).find()) {
                throw new IOException(warning);
            }
        }
        image.getRGB(0, 0); // Finds out whether its colours can be told, before any row is handed on.
        return image;
    }

    /** The rows of an image the right way up. */
    private static final class Rows {
        private final BufferedImage image;
        private final Orientation orientation;
        private final boolean grey;
        /** Cyan, magenta, yellow and black without a profile. */
        private final boolean inks;
        private final int[] line;

        Rows(BufferedImage image, Orientation orientation) {
            this.image = image;
            this.orientation = orientation;
            var model = image.getColorModel();
            this.grey = !(model instanceof IndexColorModel) && model.getNumColorComponents() == 1;
            this.inks = model.getColorSpace().getType() == ColorSpace.TYPE_CMYK
                    && !(model.getColorSpace() instanceof ICC_ColorSpace);
            this.line = new int[orientation.transposes() ? image.getHeight() : image.getWidth()];
        }

        void into(RowSink sink) {
            int rows = orientation.transposes() ? image.getWidth() : image.getHeight();
            var row = new byte[line.length * 3];
            for (int y = 0; y < rows; y++) {
                boolean backwards = orientation.transposes() ? orientation.fromRight() : orientation.fromBottom();
                int index = backwards ? rows - 1 - y : y;
                fill(ofFile(() -> read(index)), row);
                sink.row(row);
            }
        }

        /** A stored row, or a column where the picture is turned, as ARGB. */
        private int[] read(int index) {
            int x = orientation.transposes() ? index : 0;
            int y = orientation.transposes() ? 0 : index;
            int width = orientation.transposes() ? 1 : line.length;
            int height = orientation.transposes() ? line.length : 1;
            if (grey) {
                grey(x, y, width, height);
            } else if (inks) {
                inks(x, y, width, height);
            } else {
                image.getRGB(x, y, width, height, line, 0, width);
            }
            return line;
        }

        /** By samples: getRGB would take grey for linear light and brighten it. */
        private void grey(int x, int y, int width, int height) {
            var raster = image.getRaster();
            raster.getSamples(x, y, width, height, 0, line);
            int bits = image.getSampleModel().getSampleSize(0);
            var alpha = image.getColorModel().hasAlpha()
                    ? raster.getSamples(x, y, width, height, 1, (int[]) null)
                    : null;
            for (int i = 0; i < line.length; i++) {
                int value = eight(line[i], bits);
                int opacity = alpha == null ? 255 : eight(alpha[i], bits);
                line[i] = (opacity << 24) | (value << 16) | (value << 8) | value;
            }
        }

        /** As Pillow and browsers have it; ImageIO's guess at a printer's colours is much darker. */
        private void inks(int x, int y, int width, int height) {
            var samples = image.getRaster().getPixels(x, y, width, height, (int[]) null);
            for (int i = 0; i < line.length; i++) {
                int light = 255 - samples[4 * i + 3];
                int red = (255 - samples[4 * i]) * light / 255;
                int green = (255 - samples[4 * i + 1]) * light / 255;
                int blue = (255 - samples[4 * i + 2]) * light / 255;
                line[i] = (0xFF << 24) | (red << 16) | (green << 8) | blue;
            }
        }

        private static int eight(int value, int bits) {
            return bits >= 8 ? value >> (bits - 8) : value * 255 / ((1 << bits) - 1);
        }

        private void fill(int[] from, byte[] row) {
            boolean backwards = orientation.transposes() ? orientation.fromBottom() : orientation.fromRight();
            for (int i = 0, at = 0; i < from.length; i++) {
                int argb = from[backwards ? from.length - 1 - i : i];
                int opacity = argb >>> 24;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    row[at++] = OnWhite.of((argb >> shift) & 0xFF, opacity);
                }
            }
        }
    }
}
