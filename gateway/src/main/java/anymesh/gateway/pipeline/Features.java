// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.v1.Modality;
import anymesh.wire.EmbeddingBatch;

/** F_X: the features of all media of one modality, a row for each. Owns the batch. */
record Features(Modality modality, int items, EmbeddingBatch batch, StageUsage usage) {}
