// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import anymesh.wire.EmbeddingBatch;

/** S_X: the backbone's hidden states at one run of signal tokens. Owns the batch. */
record SignalStates(Modality modality, EmbeddingBatch batch) {
    /** The same for one more owner. */
    SignalStates retain() {
        return new SignalStates(modality, batch.retain());
    }
}
