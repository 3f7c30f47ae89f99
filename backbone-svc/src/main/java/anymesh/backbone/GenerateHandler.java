// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.backbone.answer.Answer;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.decode.EventQueue;
import anymesh.backbone.decode.GenerateJob;
import anymesh.backbone.prompt.PromptBuilder;
import anymesh.backbone.prompt.RequestOptions;
import anymesh.kit.batch.StepBatcher;
import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.wire.Frame;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.call.FrameHandler;
import java.util.List;

/** One request: checked and tokenized on its own virtual thread, decoded by the worker, sent as fast as its client reads. */
final class GenerateHandler implements FrameHandler<BackboneRequest, BackboneEvent> {
    private final BackboneBundle bundle;
    private final PromptBuilder prompts;
    private final RequestOptions options;
    private final StepBatcher<GenerateJob> batcher;
    private final WireMemory memory;
    private final BackboneMeters meters;

    GenerateHandler(BackboneBundle bundle, PromptBuilder prompts, int maxSignalRuns, StepBatcher<GenerateJob> batcher,
            WireMemory memory,
            BackboneMeters meters) {
        this.bundle = bundle;
        this.prompts = prompts;
        this.options = new RequestOptions(bundle, maxSignalRuns);
        this.batcher = batcher;
        this.memory = memory;
        this.meters = meters;
    }

    @Override
    public void handle(Frame<BackboneRequest> frame, CallContext call, Emitter<BackboneEvent> out)
            throws InterruptedException {
        answer(frame, call, out, true);
    }

    /** As {@link #handle}, of whose tokens none is drafted. */
    void withoutDrafts(Frame<BackboneRequest> frame, CallContext call, Emitter<BackboneEvent> out)
            throws InterruptedException {
        answer(frame, call, out, false);
    }

    private void answer(Frame<BackboneRequest> frame, CallContext call, Emitter<BackboneEvent> out, boolean isDrafted)
            throws InterruptedException {
        long arrived = System.nanoTime();
        var request = frame.header();
        var media = options.media(request);
        var form = options.form(request);
        var prompt = prompts.build(request.getTurnsList(), form.tools() == null ? List.of() : form.tools().functions(),
                frame.embeddings(), call);
        var sampling = options.sampling(request.getSampling(), prompt.length(), media.requiredTokens());
        var begun = options.begun(request, sampling);
        try (var events = new EventQueue(memory, bundle.texts(), request.getGathered())) {
            var answer = new Answer(sampling, prompt.ids(), media, bundle.signals(), bundle.stop(),
                    bundle.signals().isEmpty() ? 0 : bundle.shape().hidden(),
                    bundle.tokenizer()::decode, form, begun, events);
            var job = new GenerateJob(call, prompt, answer, isDrafted ? sampling.maxTokens() : 0);
            batcher.submit(job);
            job.onEnd(events::finish); // how it ended is thrown where it is awaited
            send(events, out);
            var end = job.await();
            events.firstAfter(arrived).ifPresent(meters::firstEvent);
            meters.answered(prompt.length(), end);
            out.emit(Frame.of(BackboneEvent.newBuilder().setFinished(BackboneFinished.newBuilder()
                    .setReason(end.reason())
                    .setPromptTokens(prompt.length())
                    .setCachedTokens(job.reused())
                    .setCompletionTokens(end.tokens())
                    .setTimings(job.timings().toProto())).build()));
        }
    }

    private static void send(EventQueue events, Emitter<BackboneEvent> out) throws InterruptedException {
        for (Frame<BackboneEvent> event; (event = events.take()) != null;) {
            out.emit(event);
        }
    }
}
