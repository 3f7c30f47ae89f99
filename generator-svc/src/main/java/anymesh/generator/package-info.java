// SPDX-License-Identifier: Apache-2.0
/**
 * The modality generator, X = MG_X(H_X): a condition in; a picture, a sound or a film out, denoised together with
 * other requests'.
 *
 * <p>Start at {@link anymesh.generator.GeneratorStage}. A request is checked and waits on a virtual thread of its own
 * ({@link anymesh.generator.GenerateHandler}); one worker thread takes all active requests through the denoiser, a step at a
 * time ({@link anymesh.generator.DiffusionStepper}). The models are in {@link anymesh.generator.pipeline}, the samplers in
 * {@link anymesh.generator.scheduler}.
 */
@NullMarked
package anymesh.generator;

import org.jspecify.annotations.NullMarked;
