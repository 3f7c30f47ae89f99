// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.routing.Hop;
import anymesh.v1.DenoisingProgress;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** Equation 5: X = MG_X(H_X). */
final class GenerateStep {
    private final StageClient client;

    GenerateStep(StageClient client) {
        this.client = client;
    }

    /** Takes over {@code condition}. {@code number} counts the media of the answer and moves the seed. */
    Future<Generated> run(EmbeddingBatch condition, int number, MediaOptions options, Hop generator, CallContext call,
            Consumer<DenoisingProgress> onProgress) {
        var started = StageUsage.Started.now(generator, condition.bodyBytes());
        var made = new AtomicReference<GeneratedMedia>();
        return client.listen(generator.instance(), client.methods().generateMedia(), call,
                Frame.of(request(generator, number, options), condition), frame -> {
                    try (frame) {
                        switch (frame.header().getEventCase()) {
                            case PROGRESS -> onProgress.accept(frame.header().getProgress());
                            case MEDIA -> made.set(frame.header().getMedia());
                            case EVENT_NOT_SET -> {
                                // An event of a newer minor version, which this one can do without.
                            }
                        }
                    }
                }).map(_ -> {
                    GeneratedMedia media = made.get();
                    if (media == null) {
                        throw new InferenceFailed(generator.service() + " ended without media");
                    }
                    return new Generated(media, started.ended(media.getTimings(), media.getData().size()));
                });
    }

    private static GeneratorRequest request(Hop generator, int number, MediaOptions options) {
        var request = GeneratorRequest.newBuilder().setModality(generator.modality());
        if (options.seed() != null) {
            request.setSeed(options.seed() + number);
        }
        if (options.steps() != null) {
            request.setNumInferenceSteps(options.steps());
        }
        if (options.guidanceScale() != null) {
            request.setGuidanceScale(options.guidanceScale());
        }
        if (options.size() != null) {
            request.setSize(options.size());
        }
        return request.build();
    }
}
