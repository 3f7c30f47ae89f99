// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.kit.batch.Stepper;
import anymesh.wire.error.InferenceFailed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;

/**
 * One step of the batch: every active item through the denoiser once, all in one run, and those that were at their last step
 * through the decoder. Runs on the batcher's worker, which owns the pipeline's sessions.
 */
final class DiffusionStepper implements Stepper<DiffusionJob> {
    private final DiffusionPipeline pipeline;
    private final Counter steps;
    private final Counter made;

    DiffusionStepper(DiffusionPipeline pipeline, MeterRegistry meters) {
        this.pipeline = pipeline;
        this.steps = Counter.builder("anymesh.denoising.steps").description("steps times items").register(meters);
        this.made = Counter.builder("anymesh.media.made").description("pictures, sounds and films decoded")
                .register(meters);
    }

    @Override
    public void step(List<DiffusionJob> active) {
        pipeline.step(active.stream().map(DiffusionJob::denoising).toList());
        steps.increment(active.size());
        active.forEach(job -> job.progress().reach(job.denoising().stepsDone()));
        var finished = active.stream().filter(job -> job.denoising().isFinished()).toList();
        if (!finished.isEmpty()) {
            decode(finished);
        }
    }

    private void decode(List<DiffusionJob> finished) {
        var decoded = pipeline.decode(finished.stream().map(DiffusionJob::denoising).toList());
        for (int i = 0; i < finished.size(); i++) {
            var job = finished.get(i);
            decoded.get(i).ifPresentOrElse(job::complete, () -> job.fail(new InferenceFailed(
                    "what was made came to no numbers: guidance_scale or condition too large")));
        }
        made.increment(finished.size());
    }
}
