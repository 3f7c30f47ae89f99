// SPDX-License-Identifier: Apache-2.0
/**
 * Batching that every stage shares: a bounded queue, one worker or a few, jobs that join and leave between steps. Knows no
 * modality and no model.
 *
 * <p>Start here: {@link anymesh.kit.batch.StepBatcher}. Callers are virtual threads that block in
 * {@link anymesh.kit.batch.Job#await}; a stepper belongs to its worker.
 */
@NullMarked
package anymesh.kit.batch;

import org.jspecify.annotations.NullMarked;
