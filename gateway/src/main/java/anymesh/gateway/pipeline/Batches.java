// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.error.ContractMismatch;

/** Takes embeddings out of the frames that brought them. */
final class Batches {
    private Batches() {}

    /** The frame's only batch, which the caller now owns. Any other number is refused, and closed. */
    static EmbeddingBatch only(Frame<?> frame, String service) {
        if (frame.embeddings().size() != 1) {
            frame.close();
            throw new ContractMismatch(service + " sent " + frame.embeddings().size() + " batches instead of one");
        }
        return frame.embeddings().getFirst();
    }
}
