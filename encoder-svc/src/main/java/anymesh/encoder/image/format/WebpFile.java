// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.PictureFile.Cost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** WebP; of an animation its first frame, made a still picture of its own with its place on the canvas. */
final class WebpFile {
    private static final int RIFF_HEADER = 12;
    private static final int CHUNK_HEADER = 8;
    private static final int FRAME_HEADER = 16;
    private static final int HAS_ALPHA = 0x10;
    /** TwelveMonkeys' decoder makes an object of every sixteen samples. */
    private static final int LOSSY_HEAP_BYTES = 64;
    private static final int LOSSLESS_HEAP_BYTES = 16;

    private final Bytes file;
    private Orientation orientation = Orientation.UPRIGHT;
    private @Nullable Size canvas;
    private int left;
    private int top;
    private @Nullable Chunk alpha;
    private @Nullable Chunk lossy;
    private @Nullable Chunk lossless;

    private record Chunk(String tag, long at, long length) {}

    private WebpFile(ByteBuffer file) {
        this.file = new Bytes(file, ByteOrder.LITTLE_ENDIAN);
    }

    static PictureFile read(ByteBuffer raw) {
        return new WebpFile(raw).read();
    }

    private PictureFile read() {
        long end = file.u32(4) + CHUNK_HEADER;
        if (end > file.size()) {
            throw Bytes.cutOff();
        }
        Size whole = null;
        boolean framed = false;
        for (var chunk : chunks(RIFF_HEADER, end)) {
            switch (chunk.tag()) {
                case "VP8X" -> whole = new Size(file.u24(chunk.at() + 4) + 1, file.u24(chunk.at() + 7) + 1);
                case "EXIF" -> orientation = Exif.orientation(file.slice(chunk.at(), chunk.length()));
                case "ANMF" -> {
                    if (!framed) {
                        framed = true;
                        frame(chunk, whole);
                    }
                }
                default -> {
                    if (!framed) {
                        image(chunk);
                    }
                }
            }
        }
        return picture();
    }

    private void frame(Chunk frame, @Nullable Size whole) {
        if (whole == null) {
            throw Bytes.damaged("its canvas is missing");
        }
        canvas = whole;
        left = 2 * file.u24(frame.at());
        top = 2 * file.u24(frame.at() + 3);
        chunks(frame.at() + FRAME_HEADER, frame.at() + frame.length()).forEach(this::image);
    }

    private void image(Chunk chunk) {
        switch (chunk.tag()) {
            case "ALPH" -> alpha = chunk;
            case "VP8 " -> lossy = lossy == null ? chunk : lossy;
            case "VP8L" -> lossless = lossless == null ? chunk : lossless;
            default -> {
                // A profile, texts, what is to come.
            }
        }
    }

    private List<Chunk> chunks(long from, long end) {
        var chunks = new ArrayList<Chunk>();
        for (long at = from; at + CHUNK_HEADER <= end;) {
            var chunk = new Chunk(file.tag(at), at + CHUNK_HEADER, file.u32(at + 4));
            if (chunk.at() + chunk.length() > end) {
                throw Bytes.cutOff();
            }
            if (chunks.size() == PictureFile.MAX_PARTS && !chunk.tag().equals("ANMF")) {
                throw Bytes.damaged("it is made of too many pieces");
            }
            if (chunks.size() < PictureFile.MAX_PARTS) {
                chunks.add(chunk);
            }
            at = chunk.at() + chunk.length() + chunk.length() % 2;
        }
        return chunks;
    }

    private PictureFile picture() {
        if (lossy != null) {
            return lossy(lossy);
        }
        if (lossless != null) {
            long header = file.u32(lossless.at() + 1);
            var size = new Size((int) (header & 0x3FFF) + 1, (int) ((header >> 14) & 0x3FFF) + 1);
            return still(size, (header & (1 << 28)) != 0, 64, LOSSLESS_HEAP_BYTES, List.of(lossless));
        }
        throw Bytes.damaged("it holds no pixels");
    }

    private PictureFile lossy(Chunk frame) {
        int tag = file.u24(frame.at());
        if ((tag & 1) != 0 || file.u24(frame.at() + 3) != 0x2A019D) {
            throw Bytes.damaged("it holds no whole frame");
        }
        if (10 + (tag >> 5) > frame.length()) {
            throw Bytes.cutOff();
        }
        var size = new Size(file.u16(frame.at() + 6) & 0x3FFF, file.u16(frame.at() + 8) & 0x3FFF);
        if (size.width() == 0 || size.height() == 0) {
            throw Bytes.damaged("its size is missing");
        }
        return alpha == null
                ? still(size, false, 12, LOSSY_HEAP_BYTES, List.of(frame))
                : still(size, true, 20, LOSSY_HEAP_BYTES, List.of(alpha, frame));
    }

    private PictureFile still(Size size, boolean transparent, int bits, int heapBytes, List<Chunk> chunks) {
        long pixels = (long) size.width() * size.height();
        return PictureFile.frame(PictureFormat.WEBP, size, canvas == null ? size : canvas, left, top, orientation,
                transparent,
                new Cost(bits, 0, pixels * heapBytes, 2 * pixels), parts(size, chunks));
    }

    /** A file of this picture alone: with a header of its own, and with what announces an alpha plane if there is one. */
    private List<ByteBuffer> parts(Size size, List<Chunk> chunks) {
        var body = new ArrayList<ByteBuffer>();
        if (chunks.size() > 1) {
            body.add(header("VP8X", 10).put((byte) HAS_ALPHA).put(new byte[3]).put(u24(size.width() - 1))
                    .put(u24(size.height() - 1)).flip());
        }
        for (var chunk : chunks) {
            body.add(header(chunk.tag(), chunk.length(), 0).flip());
            body.add(file.slice(chunk.at(), chunk.length()));
            if (chunk.length() % 2 != 0) {
                body.add(ByteBuffer.allocate(1));
            }
        }
        long length = 4 + body.stream().mapToLong(ByteBuffer::remaining).sum();
        body.addFirst(header("RIFF", length, 4).put("WEBP".getBytes(StandardCharsets.US_ASCII)).flip());
        return body;
    }

    private static ByteBuffer header(String tag, int length) {
        return header(tag, length, length);
    }

    private static ByteBuffer header(String tag, long length, int room) {
        return ByteBuffer.allocate(CHUNK_HEADER + room).order(ByteOrder.LITTLE_ENDIAN)
                .put(tag.getBytes(StandardCharsets.US_ASCII)).putInt((int) length);
    }

    private static byte[] u24(int value) {
        return new byte[]{(byte) value, (byte) (value >> 8), (byte) (value >> 16)};
    }
}
