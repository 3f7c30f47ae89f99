// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.InvalidInput;
import com.google.protobuf.WireFormat;
import io.grpc.HasByteBuffer;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of one received message, read in the protobuf encoding, with every length checked against what is left
 * before anything is allocated for it.
 */
final class FrameInput {
    private static final int MAX_DEPTH = 32;

    private final InputStream in;
    private final boolean knownLength;
    private final long end;
    private long position;

    FrameInput(InputStream in) throws IOException {
        this.in = in;
        this.knownLength = in instanceof KnownLength;
        this.end = knownLength ? in.available() : WireLimits.MAX_MESSAGE_BYTES;
    }

    long position() {
        return position;
    }

    /** The next tag, or 0 at the end of the message. */
    int readTagOrEnd() throws IOException {
        if (knownLength && position == end) {
            return 0;
        }
        int first = in.read();
        if (first < 0 && !knownLength) {
            return 0;
        }
        return tag(continueVarint(first));
    }

    int readTag() throws IOException {
        return tag(readVarint());
    }

    /** The length of what follows, at most {@code limit} and never more than the message holds. */
    int readLength(String what, long limit) throws IOException {
        long length = readVarint();
        if (length < 0 || length > limit || length > end - position) {
            throw new InvalidInput("%s: %d bytes announced (expected: at most %d)".formatted(what, length,
                    Math.min(limit, end - position)));
        }
        return (int) length;
    }

    byte[] readBytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        position += bytes.length;
        if (bytes.length < length) {
            throw truncated();
        }
        return bytes;
    }

    /** Native memory to native memory where gRPC shows its buffers, which is nearly always; else through a scratch. */
    void readInto(ArrowBuf target, int length) throws IOException {
        if (in instanceof HasByteBuffer buffers && buffers.byteBufferSupported()) {
            for (int done = 0; done < length;) {
                ByteBuffer chunk = buffers.getByteBuffer();
                if (chunk == null || !chunk.hasRemaining()) {
                    throw truncated();
                }
                int step = Math.min(chunk.remaining(), length - done);
                chunk.limit(chunk.position() + step);
                target.setBytes(done, chunk);
                in.skipNBytes(step);
                done += step;
            }
        } else {
            byte[] scratch = Scratch.take();
            try {
                for (int done = 0; done < length;) {
                    int step = in.read(scratch, 0, Math.min(scratch.length, length - done));
                    if (step < 0) {
                        throw truncated();
                    }
                    target.setBytes(done, scratch, 0, step);
                    done += step;
                }
            } finally {
                Scratch.give(scratch);
            }
        }
        position += length;
    }

    /** Reads the field behind a tag, whatever it is, and appends both to the sink, if there is one. */
    void copyField(int tag, @Nullable HeaderBytes sink) throws IOException {
        copyField(tag, sink, 0);
    }

    private void copyField(int tag, @Nullable HeaderBytes sink, int depth) throws IOException {
        append(sink, tag);
        switch (WireFormat.getTagWireType(tag)) {
            case WireFormat.WIRETYPE_VARINT -> append(sink, readVarint());
            case WireFormat.WIRETYPE_FIXED32 -> copyBytes(4, sink);
            case WireFormat.WIRETYPE_FIXED64 -> copyBytes(8, sink);
            case WireFormat.WIRETYPE_LENGTH_DELIMITED -> {
                int length = readLength("field " + WireFormat.getTagFieldNumber(tag), WireLimits.MAX_MESSAGE_BYTES);
                append(sink, length);
                copyBytes(length, sink);
            }
            case WireFormat.WIRETYPE_START_GROUP -> {
                int closing = tag + 1;
                int inner = readTag();
                for (; inner != closing; inner = readTag()) {
                    if (depth == MAX_DEPTH) {
                        throw new InvalidInput("groups: nested too deep (expected: at most %d)".formatted(MAX_DEPTH));
                    }
                    copyField(inner, sink, depth + 1);
                }
                append(sink, closing);
            }
            default -> throw new InvalidInput("not a protobuf message: wire type %d".formatted(tag & 7));
        }
    }

    private void copyBytes(int length, @Nullable HeaderBytes sink) throws IOException {
        if (sink == null) {
            if (length > end - position) {
                throw truncated();
            }
            in.skipNBytes(length);
        } else {
            sink.append(in, length);
        }
        position += length;
    }

    private static void append(@Nullable HeaderBytes sink, long varint) {
        if (sink != null) {
            sink.appendVarint(varint);
        }
    }

    private static int tag(long varint) {
        if (varint >>> 3 == 0 || varint >>> 32 != 0) {
            throw new InvalidInput("not a protobuf message: tag %d".formatted(varint));
        }
        return (int) varint;
    }

    private long readVarint() throws IOException {
        return continueVarint(in.read());
    }

    private long continueVarint(int first) throws IOException {
        long value = 0;
        int next = first;
        for (int shift = 0; shift < 64; shift += 7) {
            if (next < 0) {
                throw truncated();
            }
            position++;
            value |= (next & 0x7FL) << shift;
            if (next < 0x80) {
                return value;
            }
            next = shift < 63 ? in.read() : next;
        }
        throw new InvalidInput("not a protobuf message: a number of more than ten bytes");
    }

    private static InvalidInput truncated() {
        return new InvalidInput("truncated message");
    }
}
