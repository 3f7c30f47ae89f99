// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.routing.Hop;
import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Equation 3: t, S_X = LLM(P_X, F_T). Hands text and signals on the moment they come. */
final class ReasonStep {
    /** Who is told what the backbone writes, in its order. */
    interface Listener {
        void onText(String text);

        /** Owns the signal's states. */
        void onSignal(SignalStates signal);
    }

    private final StageClient client;

    ReasonStep(StageClient client) {
        this.client = client;
    }

    Future<Reasoned> run(Prompt prompt, GenerationRequest request, Hop backbone, CallContext call, Listener listener) {
        var started = StageUsage.Started.now(backbone, prompt.bytes());
        var finished = new AtomicReference<BackboneFinished>();
        var signalBytes = new AtomicLong();
        return client.listen(backbone.instance(), client.methods().generateText(), call, frame(prompt, request),
                frame -> {
                    frame.embeddings().forEach(batch -> signalBytes.addAndGet(batch.bodyBytes()));
                    handOn(frame, backbone, finished, listener);
                }).map(_ -> {
                    BackboneFinished end = finished.get();
                    if (end == null) {
                        throw new InferenceFailed(backbone.service() + " ended in the middle of its answer");
                    }
                    return new Reasoned(end, started.ended(end.getTimings(), signalBytes.get()));
                });
    }

    private static Frame<BackboneRequest> frame(Prompt prompt, GenerationRequest request) {
        return Frame.of(BackboneRequest.newBuilder()
                .addAllTurns(prompt.turns())
                .setSampling(request.sampling())
                .addAllModalities(request.modalities())
                .addAllRequired(request.required())
                .build(), prompt.batches().toArray(EmbeddingBatch[]::new));
    }

    private static void handOn(Frame<BackboneEvent> frame, Hop backbone, AtomicReference<BackboneFinished> finished,
            Listener listener) {
        BackboneEvent event = frame.header();
        switch (event.getEventCase()) {
            case SIGNAL -> listener.onSignal(
                    new SignalStates(event.getSignal().getModality(), Batches.only(frame, backbone.service())));
            case TEXT -> {
                frame.close();
                listener.onText(event.getText().getText());
            }
            case FINISHED -> {
                frame.close();
                finished.set(event.getFinished());
            }
            case EVENT_NOT_SET -> frame.close(); // an event of a newer minor version
        }
    }
}
