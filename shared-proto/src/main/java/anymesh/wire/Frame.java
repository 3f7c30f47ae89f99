// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import anymesh.wire.error.MeshException;
import com.google.protobuf.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A message of the contract with its embeddings beside it. On the wire the batches are field 15 of the message; in the
 * JVM they stay off-heap, and the header never holds that field.
 *
 * <p>A frame owns its batches: whoever receives a frame closes it, passes it on, or closes its batches one by one.
 */
public record Frame<H extends Message>(H header, List<EmbeddingBatch> embeddings) implements AutoCloseable {
    public Frame {
        embeddings = List.copyOf(embeddings);
    }

    public static <H extends Message> Frame<H> of(H header, EmbeddingBatch... embeddings) {
        return new Frame<>(header, List.of(embeddings));
    }

    /**
     * Why the received bytes could not be read at all, or null. Such a frame has an empty header. It is a value and not
     * an exception because gRPC would turn an exception from a marshaller into a bare CANCELLED or UNKNOWN.
     */
    public @Nullable MeshException failure() {
        return embeddings.isEmpty() ? null : embeddings.getFirst().failure();
    }

    /** The size of the whole message as it travels. */
    public long wireBytes() {
        return FrameOutput.size(this);
    }

    @Override
    public void close() {
        for (EmbeddingBatch batch : embeddings) {
            batch.close();
        }
    }
}
