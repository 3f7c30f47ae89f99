// SPDX-License-Identifier: Apache-2.0
/**
 * Diffusion samplers: from a diffusers {@code scheduler_config.json} and the denoiser's outputs to the next latents.
 *
 * <p>Start at {@link anymesh.generator.scheduler.Scheduler#read}. A {@link anymesh.generator.scheduler.Scheduler} is made once
 * per bundle and immutable; each request walks its own {@link anymesh.generator.scheduler.SamplerState}, so that requests at
 * different steps can share one denoiser run. Everything here is arithmetic on {@code float[]}: no ONNX, no threads.
 *
 * <p>The arithmetic follows diffusers in float32 and in the order of its operations, so that a seeded picture comes out the
 * same. An option that is not implemented is refused by its name and value when the bundle is loaded: a sampler that ignores
 * an option makes pictures that are subtly wrong.
 */
@NullMarked
package anymesh.generator.scheduler;

import org.jspecify.annotations.NullMarked;
