// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

/** How much a {@link StepBatcher} takes: the weight that may wait, and the weight that may be in a batch at once. */
public record BatchPolicy(int maxQueue, int maxBatch) {

    public BatchPolicy {
        if (maxQueue < 1) {
            throw new IllegalArgumentException("batch.maxQueue: %d (expected: > 0)".formatted(maxQueue));
        }
        if (maxBatch < 1) {
            throw new IllegalArgumentException("batch.maxBatch: %d (expected: > 0)".formatted(maxBatch));
        }
    }
}
