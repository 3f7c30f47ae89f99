// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.MeshException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SeekableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.ipc.message.ArrowBlock;
import org.apache.arrow.vector.ipc.message.ArrowFieldNode;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A batch in an Arrow IPC file, which pyarrow and others read as it is ({@code pyarrow.ipc.open_file}): one record batch, the
 * same bytes as on the wire, and notes about it as further schema metadata. Methods block.
 *
 * @param batch owned by whoever read the file
 * @param notes all schema metadata that is not the batch's own
 */
public record EmbeddingFile(EmbeddingBatch batch, Map<String, String> notes) implements AutoCloseable {
    private static final int CONTINUATION = -1;
    private static final int PREFIX_BYTES = 8;

    public EmbeddingFile {
        notes = Map.copyOf(notes);
    }

    /**
     * Writes a whole file to a channel that stays open. The batch stays its caller's.
     *
     * @throws anymesh.wire.error.InvalidInput if the batch was received damaged
     * @throws IllegalArgumentException        if the notes are longer than a schema may be that is read again
     */
    public static void write(EmbeddingBatch batch, Map<String, String> notes, WritableByteChannel to)
            throws IOException {
        var spec = batch.spec();
        ArrowBuf body = batch.body();
        if (body == null) {
            throw new IllegalStateException("embedding batch without a body");
        }
        var schema = schema(spec, notes);
        if (ArrowCodec.bytes(schema).length > WireLimits.MAX_METADATA_BYTES) {
            throw new IllegalArgumentException(
                    "notes: too long (expected: at most %d bytes with the schema)".formatted(
                            WireLimits.MAX_METADATA_BYTES));
        }
        long dataBytes = spec.rowBytes() * batch.rows();
        var allocator = body.getReferenceManager().getAllocator();
        var nodes = List.of(new ArrowFieldNode(batch.rows(), 0),
                new ArrowFieldNode((long) spec.elements() * batch.rows(), 0));
        // No validity, as on the wire. The record batch holds the body for itself while it is written.
        var buffers = List.of(allocator.getEmpty(), allocator.getEmpty(), body.slice(0, dataBytes));
        try (var root = VectorSchemaRoot.create(schema, allocator);
                var rows = new ArrowRecordBatch(batch.rows(), nodes, buffers)) {
            new OneBatch(root, to).write(rows);
        }
    }

    /**
     * Reads a file that {@link #write} wrote, or another program in the same form. What its numbers mean has been checked
     * then; notes have not.
     *
     * @throws IOException                     if it can't be read, or is no such file; the message doesn't name it
     * @throws anymesh.wire.error.Overloaded   if the memory's limit is reached
     */
    public static EmbeddingFile read(Path file, WireMemory memory) throws IOException {
        try (var channel = Files.newByteChannel(file);
                var reader = new ArrowFileReader(channel, memory.allocator())) {
            var schema = reader.getVectorSchemaRoot().getSchema();
            var blocks = reader.getRecordBlocks();
            if (blocks.size() != 1) {
                throw new IOException("%d record batches (expected: 1)".formatted(blocks.size()));
            }
            var notes = new HashMap<>(schema.getCustomMetadata());
            notes.keySet().removeAll(ArrowCodec.KEYS);
            var own = new HashMap<>(schema.getCustomMetadata());
            own.keySet().retainAll(ArrowCodec.KEYS);
            var batch = batch(ArrowCodec.bytes(new Schema(schema.getFields(), own)), channel, blocks.getFirst(),
                    memory);
            return new EmbeddingFile(batch, notes);
        } catch (MeshException | IOException e) {
            throw e;
        } catch (RuntimeException e) {
            // Offsets that lead astray end in whatever Arrow or Flatbuffers stumble over.
            throw new IOException("it is no whole Arrow file: " + e.getMessage(), e);
        }
    }

    private static EmbeddingBatch batch(byte[] schema, SeekableByteChannel channel, ArrowBlock block, WireMemory memory)
            throws IOException {
        long end = block.getOffset() + block.getMetadataLength() + block.getBodyLength();
        if (block.getOffset() < 0 || block.getMetadataLength() < PREFIX_BYTES || block.getBodyLength() < 0
                || block.getMetadataLength() > WireLimits.MAX_METADATA_BYTES
                || block.getBodyLength() > WireLimits.MAX_MESSAGE_BYTES || end > channel.size()) {
            throw new IOException("its record batch lies at %d, %d and %d bytes long (expected: within %d)".formatted(
                    block.getOffset(), block.getMetadataLength(), block.getBodyLength(), channel.size()));
        }
        channel.position(block.getOffset());
        var header = ByteBuffer.allocate(block.getMetadataLength()).order(ByteOrder.LITTLE_ENDIAN);
        fill(header, channel);
        var message = message(header);
        int bodyBytes = (int) block.getBodyLength();
        ArrowBuf body = memory.allocate(bodyBytes);
        var batch = EmbeddingBatch.received(schema, message, body, bodyBytes);
        try {
            fill(body.nioBuffer(0, bodyBytes), channel);
            batch.rows(); // here, and not where it is used first
            return batch;
        } catch (IOException | RuntimeException e) {
            batch.close();
            throw e;
        }
    }

    /** A message without what tells its length, which old writers said in four bytes instead of eight. */
    private static byte[] message(ByteBuffer framed) throws IOException {
        int length = framed.getInt();
        length = length == CONTINUATION ? framed.getInt() : length;
        if (length < 0 || length > framed.remaining()) {
            throw new IOException("a header of %d bytes (expected: up to %d)".formatted(length, framed.remaining()));
        }
        var message = new byte[length];
        framed.get(message);
        return message;
    }

    private static void fill(ByteBuffer buffer, SeekableByteChannel from) throws IOException {
        while (buffer.hasRemaining()) {
            if (from.read(buffer) < 0) {
                throw new IOException("it ends early");
            }
        }
        buffer.flip();
    }

    private static Schema schema(EmbeddingSpec spec, Map<String, String> notes) {
        var own = ArrowCodec.arrowSchema(spec);
        var metadata = new TreeMap<>(notes); // the same bytes for the same notes
        metadata.putAll(own.getCustomMetadata());
        return new Schema(own.getFields(), metadata);
    }

    @Override
    public void close() {
        batch.close();
    }

    /** Arrow's writer, but of a batch as it is: from vectors it would copy the numbers and give each a validity bit. */
    private static final class OneBatch extends ArrowFileWriter {
        OneBatch(VectorSchemaRoot root, WritableByteChannel to) {
            super(root, null, to);
        }

        void write(ArrowRecordBatch rows) throws IOException {
            start();
            writeRecordBatch(rows);
            end();
        }
    }
}
