// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * What one picture, sound or film is made from.
 *
 * @param condition the numbers of H_X, as many as the pipeline's {@link ConditionShape} has; not copied, not changed
 * @param seed of which the low 32 bits count, see {@link anymesh.generator.scheduler.TorchGenerator}
 * @param steps denoiser steps
 * @param guidance how far to go from the empty prompt towards the condition; up to 1 the empty prompt is not run at all
 * @param size of a picture or a film; null for the native one, and for sounds, which have none
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record MediaRequest(float[] condition, long seed, int steps, float guidance, @Nullable PictureSize size) {

    boolean guided() {
        return guidance > 1;
    }
}
