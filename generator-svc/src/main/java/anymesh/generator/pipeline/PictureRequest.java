// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

/**
 * What one picture is made from.
 *
 * @param condition the numbers of H_X, as many as the pipeline's {@link ConditionShape} has; not copied, not changed
 * @param seed of which the low 32 bits count, see {@link anymesh.generator.scheduler.TorchGenerator}
 * @param steps denoiser steps
 * @param guidance how far to go from the empty prompt towards the condition; up to 1 the empty prompt is not run at all
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record PictureRequest(float[] condition, long seed, int steps, float guidance, PictureSize size) {

    boolean guided() {
        return guidance > 1;
    }
}
