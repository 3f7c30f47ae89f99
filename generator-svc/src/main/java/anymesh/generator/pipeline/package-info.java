// SPDX-License-Identifier: Apache-2.0
/**
 * A diffusion pipeline in Optimum's ONNX layout: from a condition and a seed to a picture, a sound or a film.
 *
 * <p>Start at {@link anymesh.generator.pipeline.DiffusionPipeline}. It joins a {@link anymesh.generator.pipeline.Denoiser}
 * (the U-Net), the one denoising loop, an {@link anymesh.generator.pipeline.OutputSide} (what a medium adds) and a
 * {@link anymesh.generator.pipeline.NegativePrompt} (the text encoder's view of an empty prompt). Names, ranks and types of
 * tensors are read from the sessions; nothing here knows a model family.
 *
 * <p>Threads: any number may use a pipeline; what is on its way belongs to one.
 */
@NullMarked
package anymesh.generator.pipeline;

import org.jspecify.annotations.NullMarked;
