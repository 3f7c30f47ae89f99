// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageStream;
import anymesh.gateway.routing.Hop;
import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Continuation;
import anymesh.wire.Frame;
import org.jspecify.annotations.Nullable;

/**
 * One answer of the backbone while it is written. It keeps what the answer is made of so far (the tokens, and how much of
 * it was handed on), which is what another instance needs to go on with it where one fails.
 */
final class Writing implements StageStream<BackboneRequest, BackboneEvent> {
    private final BackboneRequest request;
    private final Hop backbone;
    private final ReasonStep.Listener listener;
    private final Continuation.Builder known = Continuation.newBuilder();
    private boolean begun;
    private long signalBytes;
    private @Nullable BackboneFinished finished;

    Writing(BackboneRequest request, Hop backbone, ReasonStep.Listener listener) {
        this.request = request;
        this.backbone = backbone;
        this.listener = listener;
    }

    @Override
    public BackboneRequest request() {
        return begun ? request.toBuilder().setContinuation(known).build() : request;
    }

    @Override
    public boolean hasBegun() {
        return begun;
    }

    @Override
    public void onFrame(Frame<BackboneEvent> frame) {
        BackboneEvent event = frame.header();
        known.addAllTokens(event.getTokensList());
        switch (event.getEventCase()) {
            case SIGNAL -> {
                begun = true;
                known.setDeliveredSignals(known.getDeliveredSignals() + 1);
                var states = Batches.only(frame, backbone.service());
                signalBytes += states.bodyBytes();
                listener.onSignal(new SignalStates(event.getSignal().getModality(), states));
            }
            case TEXT -> {
                frame.close();
                begun = true;
                String text = event.getText().getText();
                known.setDeliveredCharacters(known.getDeliveredCharacters() + text.codePointCount(0, text.length()));
                known.setDeliveredLogprobs(known.getDeliveredLogprobs() + event.getLogprobsCount());
                listener.onText(text, event.getLogprobsList());
            }
            case CALL -> {
                frame.close();
                begun = true;
                var call = event.getCall();
                known.setDeliveredCalls(known.getDeliveredCalls() + (call.getName().isEmpty() ? 0 : 1));
                known.setDeliveredArgumentCharacters(known.getDeliveredArgumentCharacters()
                        + call.getArguments().codePointCount(0, call.getArguments().length()));
                listener.onCall(call.getName(), call.getArguments());
            }
            case FINISHED -> {
                frame.close();
                finished = event.getFinished();
            }
            case EVENT_NOT_SET -> frame.close(); // an event of a newer minor version
        }
    }

    /** How the answer ended; null as long as it has not. */
    @Nullable
    BackboneFinished finished() {
        return finished;
    }

    /** Bytes of the signals' states. */
    long signalBytes() {
        return signalBytes;
    }
}
