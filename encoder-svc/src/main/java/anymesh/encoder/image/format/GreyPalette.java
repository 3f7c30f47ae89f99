// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A PNG of 2, 4 or 16 greys, one of which is transparent, as one with a palette of these greys: the pixels stay as they are. No
 * decoder at hand finds the transparent one among greys of less than eight bits.
 */
final class GreyPalette {
    private static final int COLOUR = 25;
    private static final byte PALETTE = 3;

    private GreyPalette() {}

    /** What comes before the pixels, given the signature and the header. */
    static ByteBuffer head(ByteBuffer header, int depth, int transparent) {
        int greys = 1 << depth;
        var head = ByteBuffer.allocate(header.limit() + 12 + 3 * greys + 12 + greys);
        head.put(header.duplicate()).put(COLOUR, PALETTE);
        sum(head, 8);
        start(head, "PLTE", 3 * greys);
        for (int i = 0; i < greys; i++) {
            byte grey = (byte) (i * 255 / (greys - 1));
            head.put(grey).put(grey).put(grey);
        }
        head.position(head.position() + 4);
        sum(head, header.limit());
        start(head, "tRNS", greys);
        for (int i = 0; i < greys; i++) {
            head.put((byte) (i == transparent ? 0 : 255));
        }
        head.position(head.position() + 4);
        sum(head, header.limit() + 12 + 3 * greys);
        return head.flip();
    }

    private static void start(ByteBuffer head, String tag, int length) {
        head.putInt(length).put(tag.getBytes(StandardCharsets.US_ASCII));
    }

    /** Puts the checksum behind a chunk. */
    private static void sum(ByteBuffer head, int chunk) {
        int length = head.getInt(chunk);
        var sum = new CRC32();
        sum.update(head.slice(chunk + 4, length + 4));
        head.putInt(chunk + 8 + length, (int) sum.getValue());
    }
}
