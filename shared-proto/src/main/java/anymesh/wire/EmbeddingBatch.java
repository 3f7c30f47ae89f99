// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.MeshException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.ArrowBuf;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings on their way between stages: an Arrow record batch of one tensor column, one row an item, in one
 * contiguous off-heap buffer that starts on a 64-byte boundary.
 *
 * <p>Reference counted, with one rule: whoever receives a batch closes it or passes it on. {@link #retain()} adds an
 * owner. A closed batch must not be used; buffers taken from it must not either, because their memory serves the next
 * message.
 *
 * <p>A received batch is decoded on first use of {@link #spec()}, {@link #rows()} or the data, and lies or damage
 * surface there as {@link InvalidInput}. A relay calls none of these and passes the bytes on as they came.
 *
 * <p>Safe for use by many threads, as far as they agree on who fills {@link #data()}.
 */
public final class EmbeddingBatch implements AutoCloseable {
    /** {@link InvalidInput#param()} of everything that is wrong with a batch. */
    public static final String PARAM = "embeddings";

    private final byte[] ipcSchema;
    private final byte[] ipcHeader;
    private final @Nullable ArrowBuf body;
    private final int bodyBytes;
    private final @Nullable MeshException failure;
    private final AtomicInteger owners = new AtomicInteger(1);
    private volatile ArrowCodec.@Nullable Layout layout;

    private EmbeddingBatch(byte[] ipcSchema, byte[] ipcHeader, @Nullable ArrowBuf body, int bodyBytes,
            ArrowCodec.@Nullable Layout layout, @Nullable MeshException failure) {
        this.ipcSchema = ipcSchema;
        this.ipcHeader = ipcHeader;
        this.body = body;
        this.bodyBytes = bodyBytes;
        this.layout = layout;
        this.failure = failure;
    }

    /**
     * A new batch with one owner. Its numbers are undefined until they are written through {@link #data()}: fill all.
     *
     * @throws anymesh.wire.error.Overloaded if the memory's limit is reached
     * @throws IllegalArgumentException      if there are no rows, too many, or more bytes than a message takes
     */
    public static EmbeddingBatch allocate(WireMemory memory, EmbeddingSpec spec, int rows) {
        long bytes = spec.rowBytes() * rows;
        if (rows < 1 || rows > WireLimits.MAX_ROWS || bytes >= WireLimits.MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("rows: %d of %d bytes (expected: 1 to %d, under %d bytes in all)"
                    .formatted(rows, spec.rowBytes(), WireLimits.MAX_ROWS, WireLimits.MAX_MESSAGE_BYTES));
        }
        byte[] schema = ArrowCodec.schema(spec);
        byte[] header = ArrowCodec.header(spec, rows);
        long padded = ArrowCodec.paddedBytes(bytes);
        ArrowBuf body = memory.allocate(padded);
        for (long i = bytes; i < padded; i++) {
            body.setByte(i, 0);
        }
        return new EmbeddingBatch(schema, header, body, (int) padded, new ArrowCodec.Layout(spec, rows), null);
    }

    /** What came off the wire, not looked at yet. Takes over the body. */
    static EmbeddingBatch received(byte[] ipcSchema, byte[] ipcHeader, @Nullable ArrowBuf body, int bodyBytes) {
        return new EmbeddingBatch(ipcSchema, ipcHeader, body, bodyBytes, null, null);
    }

    /** Stands for a message that could not be read, so that the reason reaches the place that answers the call. */
    static EmbeddingBatch unreadable(MeshException failure) {
        return new EmbeddingBatch(new byte[0], new byte[0], null, 0, null, failure);
    }

    /**
     * What the numbers mean.
     *
     * @throws InvalidInput if the received bytes are damaged or lie
     */
    public EmbeddingSpec spec() {
        return layout().spec();
    }

    /**
     * How many items there are, at least one.
     *
     * @throws InvalidInput if the received bytes are damaged or lie
     */
    public int rows() {
        return layout().rows();
    }

    /**
     * All numbers, row after row: a direct little-endian buffer from position 0 to {@code rows() * spec().rowBytes()}.
     * Each call gives its own position and limit over the same memory. Valid until close.
     *
     * @throws InvalidInput if the received bytes are damaged or lie
     */
    public ByteBuffer data() {
        return bytes(0, rows() * spec().rowBytes());
    }

    /**
     * The numbers of one row, as {@link #data()} gives them for all.
     *
     * @throws IndexOutOfBoundsException if there is no such row
     * @throws InvalidInput              if the received bytes are damaged or lie
     */
    public ByteBuffer row(int i) {
        long rowBytes = spec().rowBytes();
        return bytes(Objects.checkIndex(i, rows()) * rowBytes, rowBytes);
    }

    /** The size of the body as it travels, padding included; does not decode. */
    public long bodyBytes() {
        return bodyBytes;
    }

    /**
     * Adds an owner, who closes this batch too.
     *
     * @return this
     * @throws IllegalStateException if the batch is closed already
     */
    public EmbeddingBatch retain() {
        int before = owners.getAndUpdate(n -> n == 0 ? 0 : n + 1);
        if (before == 0) {
            throw new IllegalStateException("embedding batch is closed");
        }
        return this;
    }

    /**
     * Ends the use by one owner; the last one's close frees the memory.
     *
     * @throws IllegalStateException if there are no owners left
     */
    @Override
    public void close() {
        int before = owners.getAndUpdate(n -> Math.max(0, n - 1));
        if (before == 0) {
            throw new IllegalStateException("embedding batch is closed already");
        }
        if (before == 1 && body != null) {
            body.close();
        }
    }

    byte[] ipcSchema() {
        return ipcSchema;
    }

    byte[] ipcHeader() {
        return ipcHeader;
    }

    @Nullable
    ArrowBuf body() {
        return body;
    }

    @Nullable
    MeshException failure() {
        return failure;
    }

    private ArrowCodec.Layout layout() {
        if (failure != null) {
            throw failure;
        }
        ArrowCodec.Layout known = layout;
        if (known == null) {
            known = ArrowCodec.read(ipcSchema, ipcHeader, bodyBytes);
            layout = known;
        }
        return known;
    }

    private ByteBuffer bytes(long offset, long length) {
        ArrowBuf buffer = body;
        if (buffer == null || owners.get() == 0) {
            throw new IllegalStateException("embedding batch is closed");
        }
        return buffer.nioBuffer(offset, (int) length).order(ByteOrder.LITTLE_ENDIAN);
    }
}
