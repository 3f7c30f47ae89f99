// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Base64;

/**
 * Bytes that travelled as text, put into one array that is hardly longer than they are. Base64 is read as people and
 * programs write it: in both alphabets, with or without padding, with blanks and line breaks anywhere.
 */
public final class EncodedBytes {
    /** The text is not what it should be. */
    public static final class Broken extends IOException {
        private static final long serialVersionUID = 1L;

        Broken(String message) {
            super(message);
        }
    }

    /** There are more bytes than there may be. */
    public static final class TooMany extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** A multiple of four. */
    private static final int BLOCK = 1 << 12;
    private static final byte SKIPPED = -1;
    private static final byte WRONG = -2;
    /** What a character stands for in the standard alphabet. */
    private static final byte[] STANDARD = standard();

    private final byte[] bytes;
    private int size;

    /** The bytes count twice: here, and on their way to a stage. */
    private EncodedBytes(int atMost, int limit, Room room) {
        int capacity = Math.min(atMost, limit);
        room.hold(2L * capacity);
        bytes = new byte[capacity];
    }

    private static byte[] standard() {
        var table = new byte[256];
        Arrays.fill(table, WRONG);
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=".toCharArray()) {
            table[c] = (byte) c;
        }
        table['-'] = '+';
        table['_'] = '/';
        for (char c : " \t\r\n\f".toCharArray()) {
            table[c] = SKIPPED;
        }
        return table;
    }

    /**
     * The bytes of base64 text.
     *
     * @param characters how many there are at most
     * @param limit how many bytes there may be
     */
    public static ByteString ofBase64(InputStream text, int characters, int limit, Room room) throws IOException {
        var decoded = new EncodedBytes((int) ((characters + 3L) / 4 * 3), limit, room);
        var read = new byte[BLOCK];
        var block = new byte[BLOCK];
        int filled = 0;
        boolean padded = false;
        for (int count = text.read(read); count >= 0; count = text.read(read)) {
            for (int i = 0; i < count; i++) {
                byte c = STANDARD[read[i] & 0xFF];
                if (c == SKIPPED) {
                    continue;
                }
                if (c == '=') {
                    padded = true; // and what is missing of it is not missed
                } else if (c == WRONG || padded) {
                    throw new Broken("the base64 data is broken");
                } else {
                    if (filled == BLOCK) {
                        decoded.addBase64(block, filled);
                        filled = 0;
                    }
                    block[filled++] = c;
                }
            }
        }
        decoded.addBase64(block, filled);
        return decoded.toByteString();
    }

    private void addBase64(byte[] block, int length) throws IOException {
        if (length % 4 == 1) {
            throw new Broken("the base64 data is broken");
        }
        byte[] part = Base64.getDecoder().decode(length == block.length ? block : Arrays.copyOf(block, length));
        add(part, part.length);
    }

    /** Bytes as they are; parameters as for base64. */
    public static ByteString ofPlain(InputStream data, int atMost, int limit, Room room) throws IOException {
        var taken = new EncodedBytes(atMost, limit, room);
        var read = new byte[BLOCK];
        for (int count = data.read(read); count >= 0; count = data.read(read)) {
            taken.add(read, count);
        }
        return taken.toByteString();
    }

    private void add(byte[] part, int length) throws TooMany {
        if (length > bytes.length - size) {
            throw new TooMany();
        }
        System.arraycopy(part, 0, bytes, size, length);
        size += length;
    }

    /** Nobody else holds the array. */
    private ByteString toByteString() {
        return UnsafeByteOperations.unsafeWrap(size < bytes.length / 2 ? Arrays.copyOf(bytes, size) : bytes, 0, size);
    }
}
