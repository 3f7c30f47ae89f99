// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.VideoFrame;
import anymesh.wire.call.CallContext;
import com.google.protobuf.ByteString;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.awt.Image;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jspecify.annotations.Nullable;

/** Pictures of a film that the mesh has made. The codec is found when the first one asks for it. */
final class Previews {
    static final String MIME_TYPE = "image/jpeg";

    private static final MediaLimits LIMITS = new MediaLimits(1 << 24, Duration.ofMinutes(10));
    private static final int COLUMNS = 4;
    private static final int TILES = 16;
    private static final int MOST_TILE_WIDTH = 320;
    private static final float QUALITY = 0.92f;

    private final Vertx vertx;
    private final Object lock = new Object();
    private @Nullable MediaCodec codec;

    Previews(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * What is shown of a film.
     *
     * @param thumbnail the frame in its middle, in its own size
     * @param spritesheet sixteen frames, evenly spaced, in four rows; none is wider than 320 pixels
     */
    record Pictures(ByteString thumbnail, ByteString spritesheet) {}

    /** Fails with {@code InvalidInput} if the film can't be read; ends with the call. */
    Future<Pictures> of(ByteString film, CallContext call) {
        return vertx.executeBlocking(() -> {
            var frames = codec().frames(call, film.toByteArray(), TILES, Previews::image);
            return new Pictures(jpeg(frames.get(TILES / 2)), jpeg(sheet(frames)));
        }, false).map(Objects::requireNonNull);
    }

    private MediaCodec codec() {
        synchronized (lock) {
            if (codec == null) {
                codec = MediaCodec.start(LIMITS);
            }
            return codec;
        }
    }

    private static BufferedImage image(VideoFrame frame) {
        var image = new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        byte[] rgb = frame.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            bgr[i] = rgb[i + 2];
            bgr[i + 1] = rgb[i + 1];
            bgr[i + 2] = rgb[i];
        }
        return image;
    }

    private static BufferedImage sheet(List<BufferedImage> frames) {
        var first = frames.getFirst();
        int width = Math.min(first.getWidth(), MOST_TILE_WIDTH);
        int height = Math.max(1, first.getHeight() * width / first.getWidth());
        var sheet = new BufferedImage(COLUMNS * width, frames.size() / COLUMNS * height, BufferedImage.TYPE_3BYTE_BGR);
        var graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        for (int i = 0; i < frames.size(); i++) {
            Image frame = frames.get(i);
            graphics.drawImage(frame, i % COLUMNS * width, i / COLUMNS * height, width, height, null);
        }
        graphics.dispose();
        return sheet;
    }

    private static ByteString jpeg(BufferedImage image) {
        var writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        var bytes = ByteString.newOutput();
        try (var out = new MemoryCacheImageOutputStream(bytes)) {
            var settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(QUALITY);
            writer.setOutput(out);
            writer.write(null, new IIOImage(image, null, null), settings);
        } catch (IOException e) {
            throw new UncheckedIOException("nothing is written but memory", e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteString();
    }
}
