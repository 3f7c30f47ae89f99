// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Pictures that the JDK writes: RGB with eight bits, without alpha or metadata. */
final class PictureFile {
    private PictureFile() {}

    static byte[] png(VideoFrame picture) {
        return write(picture, "png", null);
    }

    /** {@code quality}: 0 to 100. */
    static byte[] jpeg(VideoFrame picture, int quality) {
        return write(picture, "jpeg", quality);
    }

    private static byte[] write(VideoFrame picture, String format, @Nullable Integer quality) {
        var file = new ByteArrayOutputStream();
        // ImageIO.write(image, format, stream) would go through a cache file on disk.
        var writer = Objects.requireNonNull(ImageIO.getImageWritersByFormatName(format).next());
        try (var stream = new MemoryCacheImageOutputStream(file)) {
            var options = writer.getDefaultWriteParam();
            if (quality != null) {
                options.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                options.setCompressionQuality(quality / 100f);
            }
            writer.setOutput(stream);
            writer.write(null, new IIOImage(picture.image(), null, null), options);
        } catch (IOException e) {
            throw new UncheckedIOException("no file is written here", e);
        } finally {
            writer.dispose();
        }
        return file.toByteArray();
    }
}
