// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The bytes of a body in pieces of 64 KiB: however it arrives, in one part or in millions, it takes no more room than it
 * has bytes, and it is never copied together. Filled by one thread, then read by others.
 */
public final class BodyBytes {
    private static final int PIECE_BITS = 16;
    private static final int PIECE = 1 << PIECE_BITS;
    private static final int SMALLEST = 1 << 12;

    private final Room room;
    private final List<byte[]> pieces = new ArrayList<>();
    private long held;
    private int size;

    public BodyBytes(Room room) {
        this.room = room;
    }

    /** A body that is there already. */
    public static BodyBytes of(byte[] bytes) {
        var body = new BodyBytes(Room.UNBOUNDED);
        body.append(bytes, bytes.length);
        return body;
    }

    /** Adds the first bytes of an array; throws what {@link Room#hold} does. */
    public void append(byte[] source, int length) {
        for (int done = 0; done < length;) {
            int at = size & (PIECE - 1);
            int step = Math.min(length - done, PIECE - at);
            System.arraycopy(source, done, last(at, step), at, step);
            size += step;
            done += step;
        }
    }

    /** The piece that is being filled, with room for so much behind {@code at}. */
    private byte[] last(int at, int more) {
        if (at == 0) {
            hold(Math.max(more, SMALLEST));
            pieces.add(new byte[Math.max(more, SMALLEST)]);
        }
        byte[] last = pieces.getLast();
        if (at + more > last.length) {
            int larger = Math.min(PIECE, Math.max(at + more, 2 * last.length));
            hold(larger - last.length);
            last = Arrays.copyOf(last, larger);
            pieces.set(pieces.size() - 1, last);
        }
        return last;
    }

    private void hold(int bytes) {
        room.hold(bytes);
        held += bytes;
    }

    /** Nobody reads it any more. */
    public void release() {
        room.release(held);
        held = 0;
        pieces.clear();
        size = 0;
    }

    public int size() {
        return size;
    }

    byte at(int index) {
        return pieces.get(index >>> PIECE_BITS)[index & (PIECE - 1)];
    }

    /** The place of the quote that ends the string whose first character is at {@code from}, or the end of the body. */
    int endOfString(int from) {
        boolean escaped = false;
        for (int i = from; i < size;) {
            byte[] piece = pieces.get(i >>> PIECE_BITS);
            int end = Math.min(PIECE, size - (i & -PIECE));
            for (int at = i & (PIECE - 1); at < end; at++) {
                byte b = piece[at];
                if (escaped) {
                    escaped = false;
                } else if (b == '"') {
                    return (i & -PIECE) + at;
                } else {
                    escaped = b == '\\';
                }
            }
            i = (i & -PIECE) + PIECE;
        }
        return size;
    }

    /** All of it, from the first byte. */
    public InputStream stream() {
        return stream(0, size);
    }

    /** The bytes between two places. */
    InputStream stream(int from, int to) {
        Objects.checkFromToIndex(from, to, size);
        return new InputStream() {
            private int next = from;

            @Override
            public int read() {
                return next < to ? at(next++) & 0xFF : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (next == to) {
                    return length == 0 ? 0 : -1;
                }
                int at = next & (PIECE - 1);
                int step = Math.min(Math.min(length, to - next), PIECE - at);
                System.arraycopy(pieces.get(next >>> PIECE_BITS), at, target, offset, step);
                next += step;
                return step;
            }
        };
    }
}
