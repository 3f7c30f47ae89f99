// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.Denoising;
import anymesh.generator.pipeline.Media;
import anymesh.kit.batch.Job;
import anymesh.wire.call.CallContext;

/** One picture, sound or film in the batch: its denoising belongs to the worker, its progress is told to the handler. */
final class DiffusionJob extends Job<Media> {
    private final Denoising denoising;
    private final StepProgress progress = new StepProgress();

    DiffusionJob(CallContext call, Denoising denoising) {
        super(call);
        this.denoising = denoising;
    }

    /** Rows of the denoiser's batch, two with guidance. */
    @Override
    public int weight() {
        return denoising.rows();
    }

    Denoising denoising() {
        return denoising;
    }

    StepProgress progress() {
        return progress;
    }
}
