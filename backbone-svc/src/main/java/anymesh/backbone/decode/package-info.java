// SPDX-License-Identifier: Apache-2.0
/**
 * Decoding many answers at once: the graphs, the keys and values, the batch that answers join and leave between steps.
 *
 * <p>Start here: {@link anymesh.backbone.decode.DecodeLoop}. All of it belongs to the one worker thread of the stage's
 * {@link anymesh.kit.batch.StepBatcher}; only {@link anymesh.backbone.decode.EventQueue} is shared, with the thread that
 * sends an answer.
 */
@NullMarked
package anymesh.backbone.decode;

import org.jspecify.annotations.NullMarked;
