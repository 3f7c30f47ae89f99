// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.generator.pipeline.Media;
import anymesh.kit.batch.StepBatcher;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.call.FrameHandler;
import anymesh.wire.error.InvalidInput;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;

/** One request, on its own virtual thread: checked, queued, reported on as fast as its client reads, written as a file. */
final class GenerateHandler implements FrameHandler<GeneratorRequest, GeneratorEvent> {
    private static final int MAX_PREVIEWS = 16;
    private static final long UNIT = 1_024;
    private static final Duration SILENCE = Duration.ofSeconds(10);
    private static final Duration GATHERED = Duration.ofMillis(200);

    private final DiffusionPipeline pipeline;
    private final MediaFiles files;
    private final RequestReader requests;
    private final StepBatcher<DiffusionJob> batcher;

    GenerateHandler(DiffusionPipeline pipeline, MediaFiles files, StepBatcher<DiffusionJob> batcher) {
        this.pipeline = pipeline;
        this.files = files;
        this.requests = new RequestReader(pipeline.manifest(), pipeline.conditionShape());
        this.batcher = batcher;
    }

    @Override
    public void handle(Frame<GeneratorRequest> frame, CallContext call, Emitter<GeneratorEvent> out)
            throws InterruptedException {
        var request = requests.read(frame);
        var kind = files.of(frame.header());
        var job = new DiffusionJob(call, pipeline.begin(request), previews(frame.header()),
                new StepProgress(frame.header().getGathered() ? GATHERED : Duration.ZERO));
        batcher.submit(job);
        job.onEnd(job.progress()::end); // how it ended is thrown where it is awaited
        report(job.progress(), job.denoising().steps(), shown -> MediaFile.write(shown, kind, call).build(),
                batcher::steps, SILENCE, out);
        var made = job.await();
        var media = MediaFile.write(made, kind, call).setSeed(request.seed())
                .setWork(work(made, job.denoising().steps())).setTimings(job.timings().toProto());
        out.emit(Frame.of(GeneratorEvent.newBuilder().setMedia(media).build()));
    }

    private static long work(Media made, int steps) {
        return Math.ceilDiv(made.elements() * steps, UNIT);
    }

    /** Sounds and films are not shown before they are done. */
    private int previews(GeneratorRequest request) {
        int previews = request.getPreviews();
        if (previews < 0 || previews > MAX_PREVIEWS) {
            throw new InvalidInput("previews %s (expected: 0 to %d)".formatted(Integer.toUnsignedString(previews),
                    MAX_PREVIEWS), "previews");
        }
        return pipeline.manifest().modality() == Modality.IMAGE ? previews : 0;
    }

    /**
     * Tells of each step. One that waits in a queue that moves says so now and then: a caller gives up what has been silent for
     * long, and a long queue is no fault.
     */
    static void report(StepProgress progress, int steps, Function<Media, GeneratedMedia> file, LongSupplier batches,
            Duration silence, Emitter<GeneratorEvent> out) throws InterruptedException {
        int told = 0;
        long before = batches.getAsLong();
        for (int done; (done = progress.awaitMoreThan(told, silence)) >= 0;) {
            var shown = progress.preview();
            if (shown.isPresent()) {
                var picture = file.apply(shown.get().media());
                told = shown.get().step();
                emit(progress(told, steps).setPreview(picture.getData()).setPreviewMimeType(picture.getMimeType()),
                        out);
            }
            long now = batches.getAsLong();
            if (done > told || (shown.isEmpty() && now > before)) {
                told = done;
                emit(progress(done, steps), out);
            }
            before = now;
        }
    }

    private static DenoisingProgress.Builder progress(int step, int steps) {
        return DenoisingProgress.newBuilder().setStep(step).setSteps(steps);
    }

    private static void emit(DenoisingProgress.Builder progress, Emitter<GeneratorEvent> out)
            throws InterruptedException {
        out.emit(Frame.of(GeneratorEvent.newBuilder().setProgress(progress).build()));
    }
}
