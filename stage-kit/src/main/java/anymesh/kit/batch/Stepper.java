// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import java.util.List;

/**
 * Work that advances in steps: one for an encoder, one a token for a backbone, one a denoising step for a diffusion.
 * Called by one worker thread of its {@link StepBatcher}, unless it is given to several.
 *
 * @param <J> the jobs it advances
 */
public interface Stepper<J extends Job<?>> {

    /**
     * Advances every job by one step. Jobs that have come to their end are completed or failed here and leave the batch.
     * What goes wrong for one job is that job's failure; {@link Halves} finds out whose it is. What is thrown fails all
     * that have not ended, and is for what no longer lets any of them go on.
     */
    void step(List<J> active);

    /** Whether the next step of a job costs what a step of its kind does: nothing is read, decoded or shown besides. */
    default boolean isRegular(J job) {
        return true;
    }

    /** Frees what the stepper holds for a job, once, when it has left the batch: finished, failed or cancelled. */
    default void release(J job) {}
}
