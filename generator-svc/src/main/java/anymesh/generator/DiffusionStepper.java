// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.kit.batch.Stepper;
import anymesh.wire.error.Failures;
import anymesh.wire.error.MeshException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of the batch: every active item through the denoiser once, all in one run, and those that were at their last step
 * through the decoder. For any number of workers.
 */
final class DiffusionStepper implements Stepper<DiffusionJob> {
    private static final Logger log = LoggerFactory.getLogger(DiffusionStepper.class);

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
        var going = active.stream().filter(job -> !failed(job)).toList();
        show(going.stream().filter(DiffusionJob::isShown).toList());
        going.stream().filter(job -> !job.isShown())
                .forEach(job -> job.progress().reach(job.denoising().stepsDone()));
        decode(going.stream().filter(job -> job.denoising().isFinished()).toList());
    }

    @Override
    public boolean isRegular(DiffusionJob job) {
        return job.isOnlyDenoised();
    }

    private void show(List<DiffusionJob> shown) {
        var previews = pipeline.preview(shown.stream().map(DiffusionJob::denoising).toList());
        for (int i = 0; i < shown.size(); i++) {
            shown.get(i).progress().reach(shown.get(i).denoising().stepsDone(), previews.get(i).orElse(null));
        }
    }

    private void decode(List<DiffusionJob> finished) {
        var decoded = pipeline.decode(finished.stream().map(DiffusionJob::denoising).toList());
        for (int i = 0; i < finished.size(); i++) {
            decoded.get(i).ifPresent(finished.get(i)::complete);
            if (!failed(finished.get(i))) {
                made.increment();
            }
        }
    }

    /** Tells a job that it failed, if it did. */
    private static boolean failed(DiffusionJob job) {
        var why = job.denoising().failure();
        if (why != null) {
            if (!(why instanceof MeshException)) {
                log.error("requestId={} a medium failed", job.call().requestId(), why);
            }
            job.fail(Failures.of(why, "the generator"));
        }
        return why != null;
    }
}
