// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.wire.EmbeddingBatch;

/** H_X: what a generator is to draw, in its condition space. Owns the batch. */
record Condition(EmbeddingBatch batch, StageUsage usage) {}
