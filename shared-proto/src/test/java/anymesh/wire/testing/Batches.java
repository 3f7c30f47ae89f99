// SPDX-License-Identifier: Apache-2.0
package anymesh.wire.testing;

import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.WireMemory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

/** Batches with known numbers in them. */
public final class Batches {
    public static final EmbeddingSpec SPEC = new EmbeddingSpec("toy-image-16x128", List.of(16, 128), DType.FLOAT32,
            "toyworld", "1.2.0");

    private Batches() {}

    /** Filled with the bytes that the seed stands for; not every four of them are a finite number. */
    public static EmbeddingBatch random(WireMemory memory, EmbeddingSpec spec, int rows, long seed) {
        EmbeddingBatch batch = EmbeddingBatch.allocate(memory, spec, rows);
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer data = batch.data();
        while (data.remaining() >= 8) {
            data.putLong(random.nextLong());
        }
        while (data.hasRemaining()) {
            data.put((byte) random.nextInt());
        }
        return batch;
    }

    /** A batch of {@link #SPEC}. */
    public static EmbeddingBatch random(WireMemory memory, int rows, long seed) {
        return random(memory, SPEC, rows, seed);
    }
}
