// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import anymesh.v1.StageTimings;
import java.time.Duration;

/** Where a job's time went, the largest batch it was part of, and what was in its batches on average over their time. */
public record JobTimings(Duration queue, Duration inference, int batchSize, double meanBatch) {

    public StageTimings toProto() {
        return StageTimings.newBuilder()
                .setQueueMicros(queue.toNanos() / 1_000)
                .setInferenceMicros(inference.toNanos() / 1_000)
                .setBatchSize(batchSize)
                .setMeanBatch((float) meanBatch)
                .setResidentBytes(ResidentMemory.bytes())
                .build();
    }
}
