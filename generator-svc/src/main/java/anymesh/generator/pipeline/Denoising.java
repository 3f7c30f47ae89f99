// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.generator.scheduler.SamplerState;

/** One picture, sound or film on its way from noise to latents. Made by any thread, advanced by the worker alone. */
public final class Denoising {

    private final MediaRequest request;
    private final LatentShape shape;
    private final SamplerState sampler;
    private final float[] latents;
    private int done;

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

    LatentShape shape() {
        return shape;
    }

    float[] latents() {
        return latents;
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
