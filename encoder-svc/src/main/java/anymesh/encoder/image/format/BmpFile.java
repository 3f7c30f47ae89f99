// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.PictureFile.Cost;
import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** BMP without compression. The fourth byte of 32 bits is not looked at: most writers leave rubbish there. */
final class BmpFile {
    private static final int BITFIELDS = 3;

    private BmpFile() {}

    static PictureFile read(ByteBuffer raw) {
        var file = new Bytes(raw, ByteOrder.LITTLE_ENDIAN);
        long pixelsAt = file.u32(10);
        if (file.u32(14) < 40) {
            throw new InvalidInput("a BMP of a kind that is not read (expected: of Windows 3 or later)");
        }
        int height = (int) file.u32(22);
        var size = Size.of(file.u32(18), Math.abs((long) height)); // Negative: stored from the top.
        int bits = file.u16(28);
        long compression = file.u32(30);
        if ((compression != 0 && compression != BITFIELDS) || !List.of(1, 4, 8, 16, 24, 32).contains(bits)) {
            throw new InvalidInput("a BMP of a kind that is not read (expected: not compressed)");
        }
        long row = ((long) size.width() * bits + 31) / 32 * 4;
        if (pixelsAt + row * size.height() > file.size()) {
            throw Bytes.cutOff();
        }
        return PictureFile.plain(PictureFormat.BMP, size, Orientation.UPRIGHT, false,
                new Cost(Math.max(8, bits), 0, Long.MAX_VALUE, (long) size.width() * size.height()),
                List.of(file.slice(0, file.size())));
    }
}
