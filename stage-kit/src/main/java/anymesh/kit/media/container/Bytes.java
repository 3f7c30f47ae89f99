// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.nio.charset.StandardCharsets;

/** A file's numbers, all unsigned but of eight bytes. Whoever asks for one has seen that it is there. */
final class Bytes {
    private final byte[] file;

    Bytes(byte[] file) {
        this.file = file;
    }

    int length() {
        return file.length;
    }

    boolean has(long at, String tag) {
        return at >= 0 && at + tag.length() <= file.length && tag(at, tag.length()).equals(tag);
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
