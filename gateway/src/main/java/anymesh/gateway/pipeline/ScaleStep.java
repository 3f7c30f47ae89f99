// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.routing.PictureSize;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.media.MediaLimits;
import anymesh.kit.media.PictureFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.v1.GeneratedMedia;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import com.google.common.base.Suppliers;
import com.google.protobuf.UnsafeByteOperations;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;

/**
 * Gives a picture the size that was asked for, where its generator has no such size: it is scaled until it covers that, and what is
 * beyond is cut off evenly at both sides. One at a time, since each may take some 50 MB meanwhile.
 */
final class ScaleStep {
    private static final MediaLimits LIMITS = new MediaLimits(1 << 24, Duration.ofMinutes(1));

    private final Supplier<MediaCodec> codec = Suppliers.memoize(() -> MediaCodec.start(LIMITS));

    /**
     * To be called on a Vert.x context; ends with the call.
     *
     * @param picture a PNG
     * @param mimeType of the file to write; null for a PNG
     */
    Future<GeneratedMedia> run(GeneratedMedia picture, PictureSize size, @Nullable String mimeType,
            @Nullable Integer quality, CallContext call) {
        var context = Objects.requireNonNull(Vertx.currentContext(), "not on a Vert.x context");
        var worker = context.owner().createSharedWorkerExecutor("scale", 1);
        return worker.executeBlocking(() -> scale(picture, size, mimeType, quality, call), false)
                .map(Objects::requireNonNull).onComplete(_ -> worker.close());
    }

    private GeneratedMedia scale(GeneratedMedia picture, PictureSize size, @Nullable String mimeType,
            @Nullable Integer quality, CallContext call) throws IOException {
        if (call.isDone()) {
            throw call.ended();
        }
        var image = ImageIO.read(new ByteArrayInputStream(picture.getData().toByteArray()));
        if (image == null) {
            throw new InferenceFailed("no picture can be read of " + picture.getMimeType());
        }
        var format = mimeType == null
                ? PictureFormat.PNG
                : PictureFormat.ofMimeType(mimeType).orElseThrow(
                        () -> new InferenceFailed("no picture can be written as " + mimeType));
        byte[] file = codec.get().encode(call, VideoFrame.of(cover(image, size)), format,
                quality == null ? PictureFormat.QUALITY : quality);
        return picture.toBuilder().setData(UnsafeByteOperations.unsafeWrap(file)).setMimeType(format.mimeType())
                .setWidth(size.width()).setHeight(size.height()).build();
    }

    private static BufferedImage cover(BufferedImage image, PictureSize size) {
        double scale = Math.max((double) size.width() / image.getWidth(), (double) size.height() / image.getHeight());
        int width = (int) Math.round(scale * image.getWidth());
        int height = (int) Math.round(scale * image.getHeight());
        var scaled = new BufferedImage(size.width(), size.height(), BufferedImage.TYPE_3BYTE_BGR);
        var graphics = scaled.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
        graphics.drawImage(image, (size.width() - width) / 2, (size.height() - height) / 2, width, height, null);
        graphics.dispose();
        return scaled;
    }
}
