// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.DiffusionPipeline;
import anymesh.generator.pipeline.Picture;
import anymesh.kit.batch.StepBatcher;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.call.FrameHandler;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;

/** One request, on its own virtual thread: checked, queued, reported on as fast as its client reads, encoded as PNG. */
final class GenerateHandler implements FrameHandler<GeneratorRequest, GeneratorEvent> {
    private final DiffusionPipeline pipeline;
    private final RequestReader requests;
    private final StepBatcher<DiffusionJob> batcher;

    GenerateHandler(DiffusionPipeline pipeline, StepBatcher<DiffusionJob> batcher) {
        this.pipeline = pipeline;
        this.requests = new RequestReader(pipeline.manifest(), pipeline.conditionShape());
        this.batcher = batcher;
    }

    @Override
    public void handle(Frame<GeneratorRequest> frame, CallContext call, Emitter<GeneratorEvent> out)
            throws InterruptedException {
        var request = requests.read(frame);
        var job = new DiffusionJob(call, pipeline.begin(request));
        batcher.submit(job);
        endProgressWith(job);
        report(job, out);
        var picture = job.await();
        var media = GeneratedMedia.newBuilder()
                .setData(png(picture))
                .setMimeType(Picture.MIME_TYPE)
                .setWidth(picture.size().width())
                .setHeight(picture.size().height())
                .setSeed(request.seed())
                .setTimings(job.timings().toProto());
        out.emit(Frame.of(GeneratorEvent.newBuilder().setMedia(media).build()));
    }

    private static void report(DiffusionJob job, Emitter<GeneratorEvent> out) throws InterruptedException {
        int steps = job.denoising().steps();
        for (int done = job.progress().awaitMoreThan(0); done > 0; done = job.progress().awaitMoreThan(done)) {
            out.emit(Frame.of(GeneratorEvent.newBuilder()
                    .setProgress(DenoisingProgress.newBuilder().setStep(done).setSteps(steps)).build()));
        }
    }

    /** Ends the reporting when the job ends, however it does; how is thrown where the picture is awaited. */
    private static void endProgressWith(DiffusionJob job) {
        Thread.ofVirtual().name("picture-end").start(() -> {
            try {
                job.await();
            } catch (RuntimeException _) {
                // The handler awaits the job too, and throws this.
            } finally {
                job.progress().end();
            }
        });
    }

    private static ByteString png(Picture picture) {
        return UnsafeByteOperations.unsafeWrap(picture.png());
    }
}
