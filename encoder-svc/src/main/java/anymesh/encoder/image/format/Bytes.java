// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Unsigned numbers and pieces of a file by their position; whoever asks beyond its end is told that it is cut off. */
final class Bytes {
    private final ByteBuffer file;

    Bytes(ByteBuffer file, ByteOrder order) {
        this.file = file.slice().order(order);
    }

    int size() {
        return file.limit();
    }

    int u8(long at) {
        return Byte.toUnsignedInt(file.get(checked(at, 1)));
    }

    int u16(long at) {
        return Short.toUnsignedInt(file.getShort(checked(at, 2)));
    }

    int u24(long at) {
        return file.order() == ByteOrder.LITTLE_ENDIAN ? u16(at) | (u8(at + 2) << 16) : (u16(at) << 8) | u8(at + 2);
    }

    long u32(long at) {
        return Integer.toUnsignedLong(file.getInt(checked(at, 4)));
    }

    /** The number of so many bytes, whatever the order, the most significant one first. */
    long big(long at, int bytes) {
        long number = 0;
        for (int i = 0; i < bytes; i++) {
            number = (number << 8) | u8(at + i);
        }
        return number;
    }

    /** Four letters. */
    String tag(long at) {
        var letters = new byte[4];
        file.get(checked(at, 4), letters);
        return new String(letters, StandardCharsets.ISO_8859_1);
    }

    ByteBuffer all() {
        return file.slice();
    }

    ByteBuffer slice(long at, long length) {
        return file.slice(checked(at, length), (int) length);
    }

    /** A part of the file as one of its own, which ends where the part does. */
    Bytes part(long at, long length) {
        return new Bytes(slice(at, length), file.order());
    }

    /** Both may be any number that a file names: no sum of them is formed. */
    private int checked(long at, long length) {
        if (at < 0 || at > file.limit() || length < 0 || length > file.limit() - at) {
            throw cutOff();
        }
        return (int) at;
    }

    static InvalidInput cutOff() {
        return new InvalidInput("the picture is damaged: it is cut off");
    }

    static InvalidInput damaged(String how) {
        return new InvalidInput("the picture is damaged: " + how);
    }

    static boolean startsWith(ByteBuffer file, byte[] prefix) {
        return file.limit() >= prefix.length && file.slice(0, prefix.length).equals(ByteBuffer.wrap(prefix));
    }
}
