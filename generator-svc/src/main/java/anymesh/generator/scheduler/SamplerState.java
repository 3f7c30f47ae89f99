// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/**
 * One request's way from noise to latents. Steps are taken in order, 0 to {@code steps() - 1}; a run may begin later (from
 * partly noised latents). Not thread-safe: its owner is the thread that runs the denoiser.
 *
 * <p>Per step {@code i} the caller divides the latents by {@link #inputDivisor}, runs the denoiser at {@link #timestep} and
 * passes its output to {@link #step}.
 */
public interface SamplerState {

    /** Denoiser calls in all. */
    int steps();

    /** The time that the denoiser is told at step {@code i}; whole numbers with some schedulers, fractions with others. */
    double timestep(int i);

    /** What standard normal noise is multiplied with to become the first latents. */
    float initNoiseSigma();

    /** What the latents are divided by before the denoiser sees them at step {@code i}; the latents themselves stay. */
    float inputDivisor(int i);

    /**
     * Moves {@code sample} from step {@code i} to the next in place.
     *
     * @param modelOutput the denoiser's output after guidance, as long as {@code sample}; may be overwritten
     */
    void step(int i, float[] modelOutput, float[] sample);

    /** The clean sample that the last step took to be behind the noise, "pred_original_sample" in diffusers; overwritten by the next. */
    float[] clean();
}
