// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.wire.call.CallContext;
import com.google.common.base.Suppliers;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Pictures of a film that the mesh has made. The codec is found when the first one asks for it. */
final class Previews {
    static final String MIME_TYPE = PictureFormat.JPEG.mimeType();

    private static final MediaLimits LIMITS = new MediaLimits(1 << 24, Duration.ofMinutes(10));
    private static final int COLUMNS = 4;
    private static final int TILES = 16;
    private static final int MOST_TILE_WIDTH = 320;
    private static final int QUALITY = 92;

    private final Vertx vertx;
    private final Supplier<MediaCodec> codec = Suppliers.memoize(() -> MediaCodec.start(LIMITS));

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
            var frames = codec.get().frames(call, film.toByteArray(), TILES, frame -> frame);
            return new Pictures(jpeg(frames.get(TILES / 2), call), jpeg(sheet(frames), call));
        }, false).map(Objects::requireNonNull);
    }

    private static VideoFrame sheet(List<VideoFrame> frames) {
        var first = frames.getFirst();
        int width = Math.min(first.width(), MOST_TILE_WIDTH);
        int height = Math.max(1, first.height() * width / first.width());
        var sheet = new BufferedImage(COLUMNS * width, frames.size() / COLUMNS * height, BufferedImage.TYPE_3BYTE_BGR);
        var graphics = sheet.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
        for (int i = 0; i < frames.size(); i++) {
            graphics.drawImage(frames.get(i).image(), i % COLUMNS * width, i / COLUMNS * height, width, height, null);
        }
        graphics.dispose();
        return VideoFrame.of(sheet);
    }

    private ByteString jpeg(VideoFrame picture, CallContext call) {
        return UnsafeByteOperations.unsafeWrap(codec.get().encode(call, picture, PictureFormat.JPEG, QUALITY));
    }
}
