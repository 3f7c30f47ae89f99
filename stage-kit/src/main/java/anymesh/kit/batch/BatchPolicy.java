// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

/**
 * How much a {@link StepBatcher} takes: the weight that may wait, and the weight that may be in a batch at once.
 *
 * @param gain the share of throughput that a larger batch must bring to be worth the time that it takes everybody in it
 *             ({@link PayingSizes}); 0: as much together as fits
 */
public record BatchPolicy(int maxQueue, int maxBatch, double gain) {
    private static final double GAIN = 0.1;

    public BatchPolicy {
        if (maxQueue < 1) {
            throw new IllegalArgumentException("batch.maxQueue: %d (expected: > 0)".formatted(maxQueue));
        }
        if (maxBatch < 1) {
            throw new IllegalArgumentException("batch.maxBatch: %d (expected: > 0)".formatted(maxBatch));
        }
        if (!(gain >= 0 && gain < 1)) {
            throw new IllegalArgumentException("batch.gain: %s (expected: 0 or more, less than 1)".formatted(gain));
        }
    }

    /** As much together as fits. */
    public BatchPolicy(int maxQueue, int maxBatch) {
        this(maxQueue, maxBatch, 0);
    }

    /** As much together as pays. */
    public static BatchPolicy paying(int maxQueue, int maxBatch) {
        return new BatchPolicy(maxQueue, maxBatch, GAIN);
    }
}
