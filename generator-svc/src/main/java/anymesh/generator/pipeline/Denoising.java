// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.generator.scheduler.SamplerState;
import org.jspecify.annotations.Nullable;

/** One picture, sound or film on its way from noise to latents. Made by any thread, advanced by one worker. */
public final class Denoising {

    private final MediaRequest request;
    private final LatentShape shape;
    private final SamplerState sampler;
    private final float[] latents;
    private int done;
    private @Nullable Throwable failure;

    Denoising(MediaRequest request, LatentShape shape, SamplerState sampler, float[] latents) {
        this.request = request;
        this.shape = shape;
        this.sampler = sampler;
        this.latents = latents;
    }

    public MediaRequest request() {
        return request;
    }

    /** Rows that this takes of a denoiser run: with guidance the empty prompt has one too. */
    public int rows() {
        return request.guided() ? 2 : 1;
    }

    /** Steps in all: as a rule what was asked for; a schedule that is cut short has fewer. */
    public int steps() {
        return sampler.steps();
    }

    public int stepsDone() {
        return done;
    }

    public boolean isFinished() {
        return done == sampler.steps();
    }

    /** Why this can't go on; null as long as it can. One that failed is neither advanced nor decoded. */
    public @Nullable Throwable failure() {
        return failure;
    }

    void fail(Throwable why) {
        failure = why;
    }

    /** Whether the latents are numbers: what went beyond them does not come back. */
    boolean isFinite() {
        for (float latent : latents) {
            if (!Float.isFinite(latent)) {
                return false;
            }
        }
        return true;
    }

    /** What those have in common that can share a run. */
    public Object kind() {
        return shape;
    }

    /** What all its steps take, against others that the same pipeline makes: rows times steps times numbers of a latent. */
    public double cost() {
        return (double) rows() * steps() * shape.numbers();
    }

    LatentShape shape() {
        return shape;
    }

    float[] latents() {
        return latents;
    }

    /** What the last step took to be behind the noise; at least one must have been taken. */
    float[] clean() {
        return sampler.clean();
    }

    double timestep() {
        return sampler.timestep(done);
    }

    float inputDivisor() {
        return sampler.inputDivisor(done);
    }

    /** Takes the denoiser's output, guidance applied; may overwrite it. */
    void advance(float[] output) {
        sampler.step(done, output, latents);
        done++;
    }
}
