// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Collects the fields of a message that are not embeddings, in the order in which they came. */
final class HeaderBytes {
    private byte[] bytes = new byte[64];
    private int size;

    void append(InputStream in, int length) throws IOException {
        reserve(length);
        if (in.readNBytes(bytes, size, length) < length) {
            throw new InvalidInput("truncated message");
        }
        size += length;
    }

    void appendVarint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Without a copy: a picture in a header stays where it was read. Nothing may be appended after this. */
    ByteString asByteString() {
        return UnsafeByteOperations.unsafeWrap(bytes, 0, size);
    }

    private void reserve(int length) {
        int needed = Math.addExact(size, length);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed + 16, bytes.length + bytes.length / 2));
        }
    }
}
