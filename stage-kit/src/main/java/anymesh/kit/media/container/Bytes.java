// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.nio.charset.StandardCharsets;

/**
 * A file's numbers, all unsigned but of eight bytes. Whoever asks for one has seen that it is there ({@link #holds}), at a place
 * that comes of lengths which the file names ({@link #after}).
 */
final class Bytes {
    private final byte[] file;

    Bytes(byte[] file) {
        this.file = file;
    }

    int length() {
        return file.length;
    }

    /** Whether so many bytes are there. */
    boolean holds(long at, int length) {
        return at >= 0 && at <= file.length - length;
    }

    /** Where a part ends, of a length that is taken for unsigned; no number, however large, leads back. */
    static long after(long at, long length) {
        return length < 0 || length > Long.MAX_VALUE - at ? Long.MAX_VALUE : at + length;
    }

    boolean has(long at, String tag) {
        return holds(at, tag.length()) && tag(at, tag.length()).equals(tag);
    }

    /** Characters of one byte each. */
    String tag(long at, int length) {
        return new String(file, Math.toIntExact(at), length, StandardCharsets.ISO_8859_1);
    }

    int u8(long at) {
        return file[Math.toIntExact(at)] & 0xFF;
    }

    /** The number of so many bytes, the most significant one first. */
    long big(long at, int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << 8) | u8(at + i);
        }
        return value;
    }

    /** The number of so many bytes, the least significant one first. */
    long little(long at, int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = (value << 8) | u8(at + i);
        }
        return value;
    }
}
