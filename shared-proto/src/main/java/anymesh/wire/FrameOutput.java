// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import com.google.protobuf.WireFormat;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * A frame on its way out: ordinary protobuf, header first, then the batches as field 15. gRPC asks for the length, takes
 * one buffer of it and lets the stream fill that, so a body is copied once and touches the heap only through
 * {@link Scratch}.
 *
 * <p>gRPC may make several of these for one frame (a retry), drain one late, or drop one without closing it. So a stream
 * owns nothing; it holds the batches only while it copies, since a cancelled call closes its frame on another thread.
 */
final class FrameOutput extends InputStream implements Drainable, KnownLength {
    static final int BATCH_TAG = tag(15, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    static final int SCHEMA_TAG = tag(1, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    static final int HEADER_TAG = tag(2, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    static final int BODY_TAG = tag(15, WireFormat.WIRETYPE_LENGTH_DELIMITED);

    private final Frame<?> frame;
    private final int size;
    private @Nullable InputStream copy;
    private boolean drained;

    FrameOutput(Frame<?> frame) {
        this.frame = frame;
        this.size = Math.toIntExact(size(frame));
    }

    /** The frame itself, with another owner; {@link IllegalStateException} if its batches are closed. */
    Frame<?> share() {
        var shared = new ArrayList<EmbeddingBatch>(frame.embeddings().size());
        try {
            frame.embeddings().forEach(batch -> shared.add(batch.retain()));
        } catch (IllegalStateException e) {
            shared.forEach(EmbeddingBatch::close);
            throw e;
        }
        return new Frame<>(frame.header(), shared);
    }

    /** Bytes of the whole message. */
    static long size(Frame<?> frame) {
        long size = frame.header().getSerializedSize();
        for (EmbeddingBatch batch : frame.embeddings()) {
            long content = contentSize(batch);
            size += CodedOutputStream.computeUInt32SizeNoTag(BATCH_TAG)
                    + CodedOutputStream.computeUInt64SizeNoTag(content) + content;
        }
        return size;
    }

    @Override
    public int drainTo(OutputStream out) throws IOException {
        if (drained) {
            return 0;
        }
        drained = true;
        Message header = frame.header();
        header.writeTo(out);
        for (EmbeddingBatch batch : frame.embeddings()) {
            try (EmbeddingBatch held = batch.retain()) {
                write(held, out);
            }
        }
        return size;
    }

    @Override
    public int available() throws IOException {
        return copy != null ? copy.available() : drained ? 0 : size;
    }

    @Override
    public int read() throws IOException {
        return copy().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        return copy().read(target, offset, length);
    }

    /** For readers that do not drain; gRPC's Netty transport does, and its in-process one hands on this stream itself. */
    private InputStream copy() throws IOException {
        InputStream existing = copy;
        if (existing == null) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(drained ? 0 : size);
            drainTo(bytes);
            existing = new ByteArrayInputStream(bytes.toByteArray());
            copy = existing;
        }
        return existing;
    }

    private static void write(EmbeddingBatch batch, OutputStream out) throws IOException {
        byte[] scratch = Scratch.take();
        try {
            writePrefix(batch, scratch, out);
            ArrowBuf body = batch.body();
            if (body != null) {
                copy(body, batch.bodyBytes(), scratch, out);
            }
        } finally {
            Scratch.give(scratch);
        }
    }

    /** Everything in front of the body in one piece, which all but foreign descriptions fit the scratch with. */
    private static void writePrefix(EmbeddingBatch batch, byte[] scratch, OutputStream out) throws IOException {
        byte[] schema = batch.ipcSchema();
        byte[] header = batch.ipcHeader();
        int most = schema.length + header.length + 32;
        byte[] prefix = most <= scratch.length ? scratch : new byte[most];
        CodedOutputStream coded = CodedOutputStream.newInstance(prefix);
        coded.writeUInt32NoTag(BATCH_TAG);
        coded.writeUInt64NoTag(contentSize(batch));
        coded.writeByteArray(1, schema);
        coded.writeByteArray(2, header);
        coded.writeUInt32NoTag(BODY_TAG);
        coded.writeUInt64NoTag(batch.bodyBytes());
        out.write(prefix, 0, coded.getTotalBytesWritten());
    }

    private static void copy(ArrowBuf body, long length, byte[] scratch, OutputStream out) throws IOException {
        for (long done = 0; done < length;) {
            int step = (int) Math.min(scratch.length, length - done);
            body.getBytes(done, scratch, 0, step);
            out.write(scratch, 0, step);
            done += step;
        }
    }

    private static long contentSize(EmbeddingBatch batch) {
        return CodedOutputStream.computeByteArraySize(1, batch.ipcSchema())
                + CodedOutputStream.computeByteArraySize(2, batch.ipcHeader())
                + CodedOutputStream.computeUInt32SizeNoTag(BODY_TAG)
                + CodedOutputStream.computeUInt64SizeNoTag(batch.bodyBytes()) + batch.bodyBytes();
    }

    private static int tag(int field, int wireType) {
        return (field << 3) | wireType;
    }
}
