// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.PictureFile.Cost;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** GIF, up to the end of its first frame; what the decoder gets ends there. */
final class GifFile {
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xF9;
    private static final int FRAME = 0x2C;
    private static final byte[] TRAILER = {0x3B};

    private GifFile() {}

    static PictureFile read(ByteBuffer raw) {
        var file = new Bytes(raw, ByteOrder.LITTLE_ENDIAN);
        var screen = new Size(file.u16(6), file.u16(8));
        int header = 13 + palette(file.u8(10));
        int control = 0;
        int at = header;
        while (file.u8(at) == EXTENSION) {
            control = file.u8(at + 1L) == GRAPHIC_CONTROL ? at : control;
            at = afterBlocks(file, at + 2);
        }
        if (file.u8(at) != FRAME) {
            throw Bytes.damaged("it holds no frame");
        }
        var frame = new Size(file.u16(at + 5L), file.u16(at + 7L));
        if (frame.width() == 0 || frame.height() == 0) {
            throw Bytes.damaged("its frame is empty");
        }
        // The decoder would fill what the frame leaves of the canvas with a colour of the file's; viewers show nothing there.
        var parts = new Parts(file);
        parts.keep(0, 6);
        parts.add(size(4, frame));
        parts.keep(10, header - 10L);
        if (control > 0) {
            parts.keep(control, afterBlocks(file, control + 2) - (long) control);
        }
        parts.keep(at, 1);
        parts.add(size(8, frame));
        parts.keep(at + 9L, afterBlocks(file, at + 11 + palette(file.u8(at + 9L))) - at - 9L);
        parts.add(ByteBuffer.wrap(TRAILER));
        long pixels = (long) frame.width() * frame.height();
        return PictureFile.frame(PictureFormat.GIF, frame, screen, file.u16(at + 1L), file.u16(at + 3L),
                Orientation.UPRIGHT, true,
                new Cost(3 * 32, 0, Long.MAX_VALUE, pixels), parts.all());
    }

    /** A size as the last of so many bytes, the others being nought. */
    private static ByteBuffer size(int bytes, Size size) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(bytes - 4, (short) size.width())
                .putShort(bytes - 2, (short) size.height());
    }

    private static int palette(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static int afterBlocks(Bytes file, int from) {
        int at = from;
        for (int length = file.u8(at); length > 0; length = file.u8(at)) {
            at += 1 + length;
        }
        return at + 1;
    }
}
