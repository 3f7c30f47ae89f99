// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A file of a message as an array, without a copy where it lies in one of its own, as a received one does. */
final class FileBytes extends ByteOutput {
    private byte[] bytes = {};
    private int length;

    private FileBytes() {}

    /** Only to be read: it may be the message's own. */
    static byte[] of(ByteString file) {
        var whole = new FileBytes();
        try {
            UnsafeByteOperations.unsafeWriteTo(file, whole);
        } catch (IOException e) {
            throw new UncheckedIOException("arrays do not fail", e);
        }
        return whole.bytes;
    }

    @Override
    public void writeLazy(byte[] value, int offset, int count) {
        if (length == 0 && offset == 0 && count == value.length) {
            bytes = value;
            length = count;
        } else {
            write(value, offset, count);
        }
    }

    @Override
    public void write(byte[] value, int offset, int count) {
        bytes = Arrays.copyOf(bytes, length + count);
        System.arraycopy(value, offset, bytes, length, count);
        length += count;
    }

    @Override
    public void write(byte value) {
        write(new byte[]{value}, 0, 1);
    }

    @Override
    public void write(ByteBuffer value) {
        var piece = new byte[value.remaining()];
        value.get(piece);
        write(piece, 0, piece.length);
    }

    @Override
    public void writeLazy(ByteBuffer value) {
        write(value);
    }
}
