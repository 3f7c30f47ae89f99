// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.PictureFile.Cost;
import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** TIFF's first page, of the kinds that ffmpeg was seen to read right; others are refused by name. */
final class TiffFile {
    private static final int WIDTH = 256;
    private static final int HEIGHT = 257;
    private static final int BITS = 258;
    private static final int COMPRESSION = 259;
    private static final int COLOURS = 262;
    private static final int STRIP_OFFSETS = 273;
    private static final int ORIENTATION = 274;
    private static final int SAMPLES = 277;
    private static final int STRIP_LENGTHS = 279;
    private static final int PLANES = 284;
    private static final int TILE_WIDTH = 322;
    private static final int EXTRA_SAMPLES = 338;
    private static final int SAMPLE_FORMAT = 339;
    private static final Set<Integer> COMPRESSIONS = Set.of(1, 5, 8, 32946, 32773);
    private static final int GREY = 1;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int UNASSOCIATED_ALPHA = 2;
    private static final int SHORT = 3;
    private static final int LONG = 4;

    private final Bytes file;
    private final Map<Integer, Long> entries = new HashMap<>();

    private TiffFile(ByteBuffer raw) {
        this.file = new Bytes(raw, raw.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long directory = file.u32(4);
        int count = file.u16(directory);
        for (int i = 0; i < count; i++) {
            entries.putIfAbsent(file.u16(directory + 2 + 12L * i), directory + 2 + 12L * i);
        }
    }

    static PictureFile read(ByteBuffer raw) {
        return new TiffFile(raw).read();
    }

    private PictureFile read() {
        var size = Size.of(value(WIDTH, 0), value(HEIGHT, 0));
        long colours = value(COLOURS, 0);
        long samples = value(SAMPLES, 1);
        long bits = value(BITS, 1);
        boolean alpha = colours == RGB && samples == 4 && value(EXTRA_SAMPLES, 0) == UNASSOCIATED_ALPHA;
        boolean known = colours == RGB
                ? (samples == 3 || alpha) && (bits == 8 || bits == 16)
                : colours <= PALETTE && samples == 1 && (bits == 8 || (bits == 1 && colours <= GREY)
                        || (bits == 16 && colours == GREY));
        if (!known || !sameBits(samples, bits) || !COMPRESSIONS.contains((int) value(COMPRESSION, 1))
                || value(PLANES, 1) != 1 || value(SAMPLE_FORMAT, 1) != 1 || entries.containsKey(TILE_WIDTH)) {
            throw new InvalidInput(
                    "a TIFF of a kind that is not read (expected: grey, palette or RGB of 8 or 16 bits or "
                            + "black and white, in strips, not compressed or by LZW, Deflate or PackBits)");
        }
        checkStrips();
        return PictureFile.plain(PictureFormat.TIFF, size, Orientation.of((int) value(ORIENTATION, 1)),
                alpha, new Cost((int) Math.max(8, samples * bits), file.size(), Long.MAX_VALUE,
                        2L * size.width() * size.height()),
                List.of(file.slice(0, file.size())));
    }

    private boolean sameBits(long samples, long bits) {
        for (int i = 1; i < samples; i++) {
            if (value(BITS, i, -1) != bits) {
                return false;
            }
        }
        return true;
    }

    private void checkStrips() {
        long strips = count(STRIP_OFFSETS);
        if (strips < 1 || strips != count(STRIP_LENGTHS)) {
            throw Bytes.damaged("it holds no pixels");
        }
        for (int i = 0; i < strips; i++) {
            if (value(STRIP_OFFSETS, i, 0) + value(STRIP_LENGTHS, i, 0) > file.size()) {
                throw Bytes.cutOff();
            }
        }
    }

    private long count(int tag) {
        var entry = entries.get(tag);
        return entry == null ? 0 : file.u32(entry + 4);
    }

    private long value(int tag, long otherwise) {
        return value(tag, 0, otherwise);
    }

    private long value(int tag, int index, long otherwise) {
        var entry = entries.get(tag);
        if (entry == null || index >= file.u32(entry + 4)) {
            return otherwise;
        }
        int type = file.u16(entry + 2);
        int bytes = switch (type) {
            case SHORT -> 2;
            case LONG -> 4;
            default -> throw Bytes.damaged("a number of type " + type);
        };
        long inside = bytes * file.u32(entry + 4);
        long at = (inside <= 4 ? entry + 8 : file.u32(entry + 8)) + (long) bytes * index;
        return bytes == 2 ? file.u16(at) : file.u32(at);
    }
}
