// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.client.StageStream;
import anymesh.gateway.forecast.Forecasts;
import anymesh.gateway.forecast.Task;
import anymesh.gateway.routing.Hop;
import anymesh.kit.media.PictureFormat;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Equation 5: X = MG_X(H_X). */
final class GenerateStep {
    /** Seeds that every generator knows: torch's looks at no more bits. */
    private static final long SEEDS = 1L << 32;

    private final StageClient client;
    private final Forecasts forecasts;

    GenerateStep(StageClient client, Forecasts forecasts) {
        this.client = client;
        this.forecasts = forecasts;
    }

    /** So many media, as work that is to be done. */
    static Task task(Hop generator, int count, MediaOptions options) {
        return Task.media(generator, count, rows(generator, options.guidanceScale()), options.steps(),
                size(generator, options));
    }

    /** What it draws in; null for its native size. */
    private static @Nullable String size(Hop generator, MediaOptions options) {
        return options.size() == null ? null : generator.sizeFor(options.size());
    }

    /** Takes over {@code condition}. */
    Future<Generated> run(EmbeddingBatch condition, GeneratorRequest request, Hop generator, CallContext call,
            Consumer<DenoisingProgress> onProgress) {
        var started = StageUsage.Started.now(condition.bodyBytes());
        var drawing = new Drawing(request, onProgress);
        var stage = new StageCall<>(generator,
                rows(generator, guidance(request)), client.methods().generateMedia(), call);
        return client.listen(stage, List.of(condition), drawing).map(served -> {
            GeneratedMedia media = drawing.made;
            if (media == null) {
                throw new InferenceFailed(generator.service() + " ended without media");
            }
            forecasts.learn(task(generator, request), drawing.steps, media.getTimings());
            return new Generated(media, started.ended(served, media.getTimings(), media.getData().size()));
        });
    }

    private static Task task(Hop generator, GeneratorRequest request) {
        return Task.media(generator, 1,
                rows(generator, guidance(request)),
                request.hasNumInferenceSteps() ? request.getNumInferenceSteps() : null,
                request.getSize().isEmpty() ? null : request.getSize());
    }

    private static @Nullable Float guidance(GeneratorRequest request) {
        return request.hasGuidanceScale() ? request.getGuidanceScale() : null;
    }

    /** With guidance the empty prompt is denoised beside the condition. */
    private static int rows(Hop generator, @Nullable Float asked) {
        return (asked == null ? generator.guidanceScale() : asked) > 1 ? 2 : 1;
    }

    /**
     * What a generator is asked for.
     *
     * @param number counts the media of the answer and moves the seed
     * @param isGathered whether nobody reads its progress
     */
    static GeneratorRequest request(Hop generator, int number, MediaOptions options, boolean isGathered) {
        // The seed is never the generator's to choose: another one that begins again must come to the same.
        long seed = options.seed() == null ? ThreadLocalRandom.current().nextLong(SEEDS) : options.seed() + number;
        var request = GeneratorRequest.newBuilder().setModality(generator.modality()).setSeed(seed);
        if (options.steps() != null) {
            request.setNumInferenceSteps(options.steps());
        }
        if (options.guidanceScale() != null) {
            request.setGuidanceScale(options.guidanceScale());
        }
        request.setPreviews(options.previews()).setGathered(isGathered);
        String size = size(generator, options);
        if (size != null) {
            request.setSize(size);
            if (!size.equals(options.size())) { // what is scaled is written as a file afterwards
                return request.setMimeType(PictureFormat.PNG.mimeType()).build();
            }
        }
        if (options.quality() != null) {
            request.setQuality(options.quality());
        }
        return request.setMimeType(options.mimeTypes().getOrDefault(generator.modality(), "")).build();
    }

    /** One medium, begun again from its seed where an instance fails; its progress is told once, and never backwards. */
    private static final class Drawing implements StageStream<GeneratorRequest, GeneratorEvent> {
        private final GeneratorRequest request;
        private final Consumer<DenoisingProgress> onProgress;
        private int told;
        private int steps;
        private @Nullable GeneratedMedia made;

        Drawing(GeneratorRequest request, Consumer<DenoisingProgress> onProgress) {
            this.request = request;
            this.onProgress = onProgress;
        }

        @Override
        public GeneratorRequest request() {
            return request;
        }

        @Override
        public void onFrame(Frame<GeneratorEvent> frame) {
            try (frame) {
                switch (frame.header().getEventCase()) {
                    case PROGRESS -> progress(frame.header().getProgress());
                    case MEDIA -> made = frame.header().getMedia();
                    case EVENT_NOT_SET -> {
                        // An event of a newer minor version, which this one can do without.
                    }
                }
            }
        }

        private void progress(DenoisingProgress progress) {
            steps = progress.getSteps();
            if (progress.getStep() > told) {
                told = progress.getStep();
                onProgress.accept(progress);
            }
        }

        @Override
        public boolean hasBegun() {
            return told > 0 || made != null;
        }
    }
}
