// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.wire.call.CallContext;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Pictures of a film that the mesh has made. The codec is found when the first one asks for it. */
final class Previews {
    static final String MIME_TYPE = PictureFormat.JPEG.mimeType();

    private static final MediaLimits LIMITS = new MediaLimits(1 << 24, Duration.ofMinutes(10));
    private static final int COLUMNS = 4;
    private static final int TILES = 16;
    private static final int MOST_TILE_WIDTH = 320;
    private static final int QUALITY = 92;

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
            var frames = codec().frames(call, film.toByteArray(), TILES, frame -> frame);
            return new Pictures(jpeg(frames.get(TILES / 2), call), jpeg(sheet(frames), call));
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

    private static VideoFrame sheet(List<VideoFrame> frames) {
        var first = frames.getFirst();
        int width = Math.min(first.width(), MOST_TILE_WIDTH);
        int height = Math.max(1, first.height() * width / first.width());
        var sheet = new BufferedImage(COLUMNS * width, frames.size() / COLUMNS * height, BufferedImage.TYPE_3BYTE_BGR);
        var graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        for (int i = 0; i < frames.size(); i++) {
            graphics.drawImage(image(frames.get(i)), i % COLUMNS * width, i / COLUMNS * height, width, height, null);
        }
        graphics.dispose();
        return new VideoFrame(sheet.getWidth(), sheet.getHeight(), swapped(bytes(sheet)));
    }

    private static BufferedImage image(VideoFrame frame) {
        var image = new BufferedImage(frame.width(), frame.height(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = swapped(frame.rgb());
        System.arraycopy(bgr, 0, bytes(image), 0, bgr.length);
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

    private ByteString jpeg(VideoFrame picture, CallContext call) {
        return UnsafeByteOperations.unsafeWrap(codec().encode(call, picture, PictureFormat.JPEG, QUALITY));
    }
}
