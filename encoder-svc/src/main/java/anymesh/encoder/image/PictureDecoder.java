// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Size;
import anymesh.encoder.image.format.PictureFile;
import anymesh.kit.media.MediaRoom;
import anymesh.kit.media.OnWhite;
import anymesh.kit.media.PictureCodec;
import anymesh.kit.media.PictureSink;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Decodes pictures, the right way up and on white where they are transparent. What that takes is known from the file's headers
 * and is taken from a room before it begins (docs/adr/0009-pictures.md):
 *
 * <ul>
 * <li>small JPEG, PNG and WebP in this process, a matter of milliseconds that can't be stopped;
 * <li>what is small but needs ffmpeg, in a child process;
 * <li>what is dear (many pixels, many scans), in a child too, with a room of its own, so that cheap ones never wait for it.
 * </ul>
 *
 * Thread-safe; blocks.
 */
public final class PictureDecoder {
    private static final int MAX_SIDE = 65_535;
    /** A photo of 64 megapixels in sixteen scans; a second or two of a processor. */
    private static final long MAX_WORK = 1L << 30;
    private static final long LIGHT_WORK = 48L << 20;
    private static final long LIGHT_HEAP_BYTES = 12L << 20;
    private static final long LIGHT_CHILD_BYTES = 32L << 20;
    private static final int MAX_SCALE = 3;

    private final PictureLimits limits;
    private final PictureCodec codec;
    private final MediaRoom heap;
    private final MediaRoom light;
    private final MediaRoom heavy;

    private PictureDecoder(PictureLimits limits, PictureCodec codec, long heapBytes, int processors) {
        this.limits = limits;
        this.codec = codec;
        this.heap = new MediaRoom(heapBytes, 2 * processors);
        this.light = new MediaRoom(limits.memoryBytes() / 4, 2 * processors);
        this.heavy = new MediaRoom(limits.memoryBytes() - limits.memoryBytes() / 4, processors);
    }

    /** One for the whole process; {@link IllegalStateException} if ffmpeg can't start. */
    public static PictureDecoder start(PictureLimits limits) {
        return start(limits, Runtime.getRuntime().maxMemory() / 4);
    }

    /** With so much of the heap for what is decoded on it; with none, all goes through ffmpeg. */
    static PictureDecoder start(PictureLimits limits, long heapBytes) {
        return new PictureDecoder(limits, PictureCodec.start(), heapBytes, Runtime.getRuntime().availableProcessors());
    }

    /** Refuses a picture for what its header says. */
    void checkSize(Size size) {
        if ((long) size.width() * size.height() > limits.maxPixels()) {
            throw new InvalidInput("a picture of %dx%d pixels (limit: %d pixels)".formatted(size.width(),
                    size.height(), limits.maxPixels()));
        }
        if (Math.max(size.width(), size.height()) > MAX_SIDE) {
            throw new InvalidInput("a picture of %dx%d pixels is too narrow (limit: %d pixels a side)".formatted(
                    size.width(), size.height(), MAX_SIDE));
        }
    }

    /**
     * Decodes a file into a sink for a picture of the size that it is read at: its own, or for a large JPEG a half, a quarter or
     * an eighth that is still at least twice {@code target}. Errors as {@link ImageProcessor#process} says.
     */
    <S extends RowSink> S decode(PictureFile picture, Size target, CallContext call, Function<Size, S> sinks) {
        if (picture.cost().work() > MAX_WORK) {
            throw new InvalidInput("the picture takes too much time to read: %d megapixels gone over (limit: %d)"
                    .formatted(picture.cost().work() >> 20, MAX_WORK >> 20));
        }
        boolean cheap = picture.cost().work() <= LIGHT_WORK;
        if (cheap && !picture.format().imageIo().isEmpty() && picture.assembly().isEmpty()
                && picture.cost().heapBytes() <= LIGHT_HEAP_BYTES && heap.everFits(picture.cost().heapBytes())) {
            try (var _ = heap.take(picture.cost().heapBytes(), call)) {
                var sink = sinks.apply(picture.upright());
                ImageIoDecoder.decode(picture, sink);
                return sink;
            }
        }
        if (!picture.format().ffmpeg()) {
            throw new InvalidInput("a YCCK JPEG of %dx%d pixels is not read (limit: %d pixels)".formatted(
                    picture.upright().width(), picture.upright().height(), LIGHT_HEAP_BYTES / 4));
        }
        int scale = scale(picture, target);
        long bytes = childBytes(picture, scale);
        if (!heavy.everFits(PictureCodec.BASE_BYTES + bytes)) {
            throw new InvalidInput("the picture of %dx%d pixels takes %d MB of memory to read (limit: %d)".formatted(
                    picture.upright().width(), picture.upright().height(), bytes >> 20,
                    (limits.memoryBytes() / 4 * 3 - PictureCodec.BASE_BYTES) >> 20));
        }
        var room = cheap && bytes <= LIGHT_CHILD_BYTES ? light : heavy;
        try (var _ = room.take(PictureCodec.BASE_BYTES + bytes, call)) {
            var sink = new ChildSink<>(picture.alpha(), scaled(picture.upright(), scale), sinks);
            codec.decode(job(picture, scale, bytes), call, sink);
            return sink.result();
        }
    }

    /** How many times a JPEG may be halved while it is read. */
    private static int scale(PictureFile picture, Size target) {
        if (!picture.format().scales()) {
            return 0;
        }
        var upright = picture.upright();
        int scale = 0;
        while (scale < MAX_SCALE && upright.width() >> (scale + 1) >= 2 * target.width()
                && upright.height() >> (scale + 1) >= 2 * target.height()) {
            scale++;
        }
        return scale;
    }

    private static Size scaled(Size size, int scale) {
        int roundUp = (1 << scale) - 1;
        return new Size((size.width() + roundUp) >> scale, (size.height() + roundUp) >> scale);
    }

    /** As decoded, once more if it is turned or put together, as RGB or RGBA, and once more on its way out. */
    private static long childBytes(PictureFile picture, int scale) {
        long pixels = ((long) picture.seen().width() * picture.seen().height()) >> (2 * scale);
        int out = picture.alpha() ? 4 : 3;
        double decoded = picture.cost().bitsPerPixel() / 8.0;
        double between = picture.filters().isEmpty() ? 0 : Math.max(decoded, out);
        long bytes = (long) (pixels * (decoded + between + 2 * out)) + picture.cost().fixedBytes();
        return bytes + bytes / 8 + (8L << 20);
    }

    private static PictureCodec.Job job(PictureFile picture, int scale, long bytes) {
        var format = picture.format();
        return new PictureCodec.Job(picture.parts(), format.demuxer(), format.decoder(),
                scale == 0 ? List.of() : List.of("-lowres", String.valueOf(scale)), picture.filters(), picture.alpha(),
                bytes);
    }

    /** Takes a child's picture, if it has the size that the file's header said. */
    private static final class ChildSink<S extends RowSink> implements PictureSink {
        private final boolean alpha;
        private final Size expected;
        private final Function<Size, S> sinks;
        private @Nullable S sink;

        ChildSink(boolean alpha, Size expected, Function<Size, S> sinks) {
            this.alpha = alpha;
            this.expected = expected;
            this.sinks = sinks;
        }

        @Override
        public void begin(int width, int height) {
            if (sink != null || width != expected.width() || height != expected.height()) {
                throw new InvalidInput("the picture is damaged: it holds another one than it says");
            }
            sink = sinks.apply(expected);
        }

        @Override
        public void row(byte[] pixels) {
            if (alpha) {
                OnWhite.row(pixels, pixels, 0);
            }
            result().row(pixels);
        }

        S result() {
            if (sink == null) {
                throw new InvalidInput("the picture is damaged: it holds no pixels");
            }
            return sink;
        }
    }
}
