// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import anymesh.v1.MediaReference;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.error.ContractMismatch;
import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;

/** Takes the rows that a request refers to out of its embedding batches: P_X, checked, as float32. */
final class MediaRows {
    private final Set<String> accepts;
    private final int hidden;

    MediaRows(Set<String> accepts, int hidden) {
        this.accepts = accepts;
        this.hidden = hidden;
    }

    /** A copy of the row, {@code [M, hidden]}. */
    Tensor copy(MediaReference reference, List<EmbeddingBatch> batches) {
        long batch = Integer.toUnsignedLong(reference.getBatch());
        long row = Integer.toUnsignedLong(reference.getRow());
        if (batch >= batches.size() || row >= batches.get((int) batch).rows()) {
            throw new InvalidInput("a part refers to row %d of embedding batch %d, which is not there (%d batches)"
                    .formatted(row, batch, batches.size()), "messages");
        }
        var spec = batches.get((int) batch).spec();
        requireReadable(spec);
        var copy = Tensor.allocate(ElementType.FLOAT32, spec.elements() / hidden, hidden);
        copy(batches.get((int) batch).row((int) row), spec, copy);
        requireNumbers(copy);
        return copy;
    }

    private void requireReadable(EmbeddingSpec spec) {
        if (!accepts.contains(spec.space())) {
            throw new ContractMismatch("embeddings of space %s from %s %s (the backbone accepts: %s)".formatted(
                    spec.space(), spec.bundle(), spec.version(), accepts));
        }
        if (spec.shape().size() > 2 || spec.shape().getLast() != hidden) {
            throw new ContractMismatch("embeddings of space %s have shape %s (expected: [positions, %d])".formatted(
                    spec.space(), spec.shape(), hidden));
        }
    }

    /** They would be told as the backbone's fault, since it makes none of them either. */
    private static void requireNumbers(Tensor embeddings) {
        var numbers = embeddings.floats();
        while (numbers.hasRemaining()) {
            float number = numbers.get();
            if (!Float.isFinite(number)) {
                throw new InvalidInput("an embedding holds %s (expected: finite numbers)".formatted(number),
                        EmbeddingBatch.PARAM);
            }
        }
    }

    private static void copy(ByteBuffer row, EmbeddingSpec spec, Tensor to) {
        switch (spec.dtype()) {
            case FLOAT32 -> to.bytes().put(row);
            case FLOAT16 -> {
                var halves = row.asShortBuffer();
                var floats = to.floats();
                while (halves.hasRemaining()) {
                    floats.put(Float.float16ToFloat(halves.get()));
                }
            }
        }
    }
}
