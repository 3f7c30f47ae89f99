// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.Denoising;
import anymesh.generator.pipeline.Media;
import anymesh.kit.batch.Job;
import anymesh.wire.call.CallContext;

/** One picture, sound or film in the batch: its denoising belongs to the worker, its progress is told to the handler. */
final class DiffusionJob extends Job<Media> {
    private final Denoising denoising;
    private final int previews;
    private final StepProgress progress;

    /** One that nobody wants to see before it is done. */
    DiffusionJob(CallContext call, Denoising denoising) {
        this(call, denoising, 0, new StepProgress());
    }

    /** {@code previews}: how often to show on the way what it may become. */
    DiffusionJob(CallContext call, Denoising denoising, int previews, StepProgress progress) {
        super(call);
        this.denoising = denoising;
        this.previews = previews;
        this.progress = progress;
    }

    /** Whether to show what the step that was done last came to: so often, evenly spaced, and not what is finished. */
    boolean isShown() {
        return isShown(denoising.stepsDone());
    }

    /** Whether the next step is only that: nothing is shown or finished after it. */
    boolean isOnlyDenoised() {
        int done = denoising.stepsDone() + 1;
        return done < denoising.steps() && !isShown(done);
    }

    private boolean isShown(int done) {
        int steps = denoising.steps();
        return previews > 0 && done < steps
                && done * (previews + 1) / steps > (done - 1) * (previews + 1) / steps;
    }

    /** Rows of the denoiser's batch, two with guidance. */
    @Override
    public int weight() {
        return denoising.rows();
    }

    @Override
    public Object kind() {
        return denoising.kind();
    }

    @Override
    public double cost() {
        return denoising.cost();
    }

    Denoising denoising() {
        return denoising;
    }

    StepProgress progress() {
        return progress;
    }
}
