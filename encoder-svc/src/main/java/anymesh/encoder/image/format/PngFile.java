// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.PictureFile.Cost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * PNG, chunk by chunk up to IEND. Only what pixels depend on is checked and handed on: no texts, profiles or frames of an
 * animation, the first of which is the picture itself.
 */
final class PngFile {
    private static final int HEADER = 8 + 25;
    private static final int GREY = 0;
    private static final int RGB = 2;
    private static final int PALETTE = 3;
    private static final int GREY_ALPHA = 4;
    private static final int RGBA = 6;

    private final Bytes file;
    private final Parts head;
    private final Parts body;
    private Orientation orientation = Orientation.UPRIGHT;
    private @Nullable Integer transparentGrey;
    private boolean transparent;
    private boolean pixels;

    private PngFile(ByteBuffer raw) {
        this.file = new Bytes(raw, ByteOrder.BIG_ENDIAN);
        this.head = new Parts(file);
        this.body = new Parts(file);
    }

    static PictureFile read(ByteBuffer raw) {
        return new PngFile(raw).read();
    }

    private PictureFile read() {
        if (file.u32(8) != 13 || !file.tag(12).equals("IHDR")) {
            throw Bytes.damaged("its header is missing");
        }
        var size = Size.of(file.u32(16), file.u32(20));
        int depth = file.u8(24);
        int colour = file.u8(25);
        transparent = colour == GREY_ALPHA || colour == RGBA;
        head.keep(0, 8);
        chunks();
        var cost = cost((long) size.width() * size.height(), depth, colour);
        var parts = new ArrayList<ByteBuffer>();
        if (transparentGrey != null && colour == GREY && depth < 8) {
            parts.add(GreyPalette.head(file.slice(0, HEADER), depth, transparentGrey));
        } else {
            parts.addAll(head.all());
        }
        parts.addAll(body.all());
        return PictureFile.plain(PictureFormat.PNG, size, orientation, transparent, cost, parts);
    }

    private void chunks() {
        String tag = "";
        for (long at = 8; !tag.equals("IEND");) {
            if (at + 12 > file.size() || at + 12 + file.u32(at) > file.size()) {
                if (pixels) {
                    throw Bytes.cutOff();
                }
                return; // If it is too large it is refused for that; else a decoder will find it empty.
            }
            long length = file.u32(at);
            tag = file.tag(at + 4);
            chunk(tag, at, length);
            at += 12 + length;
        }
    }

    private void chunk(String tag, long at, long length) {
        switch (tag) {
            case "IHDR", "PLTE", "tRNS" -> {
                checkSum(at, length);
                head.keep(at, 12 + length);
                if (tag.equals("tRNS")) {
                    transparent = true;
                    transparentGrey = length == 2 ? file.u16(at + 8) : null;
                }
            }
            case "IDAT", "IEND" -> {
                checkSum(at, length);
                body.keep(at, 12 + length);
                pixels = true;
            }
            case "eXIf" -> orientation = Exif.orientation(file.slice(at + 8, length));
            default -> {
                // Texts, profiles, further frames.
            }
        }
    }

    private void checkSum(long at, long length) {
        var sum = new CRC32();
        sum.update(file.slice(at + 4, length + 4));
        if (sum.getValue() != file.u32(at + 8 + length)) {
            throw Bytes.damaged("a checksum is wrong");
        }
    }

    private Cost cost(long pixels, int depth, int colour) {
        int channels = switch (colour) {
            case GREY, PALETTE -> 1;
            case RGB -> 3;
            case GREY_ALPHA -> 2;
            case RGBA -> 4;
            default -> throw Bytes.damaged("colours of kind " + colour);
        };
        if (depth != 1 && depth != 2 && depth != 4 && depth != 8 && depth != 16) {
            throw Bytes.damaged("%d bits a sample".formatted(depth));
        }
        if (transparent && (colour == GREY || colour == RGB)) {
            channels++;
        }
        int bytes = channels * (depth == 16 ? 2 : 1);
        // RGB and RGBA of eight bits are what is asked for: there is no second copy.
        int between = depth == 8 && (colour == RGB || colour == RGBA) ? 0 : 8 * bytes;
        return new Cost(between, 0, pixels * bytes, pixels);
    }
}
