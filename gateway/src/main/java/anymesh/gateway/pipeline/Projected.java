// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import anymesh.wire.EmbeddingBatch;
import java.util.List;

/** P_X: media of one modality in the backbone's input space, a row for each. Owns the batch. */
record Projected(Modality modality, EmbeddingBatch batch, List<StageUsage> usages) {

    /** The same for another one who reads it, and who did not have it made. */
    Projected share() {
        return new Projected(modality, batch.retain(), List.of());
    }
}
