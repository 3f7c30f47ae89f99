// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.backbone.check.Reference.Sample;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.v1.FinishReason;
import anymesh.v1.Modality;
import anymesh.v1.Sampling;
import anymesh.v1.TokenLogprob;
import anymesh.v1.Turn;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Asks the backbone as the gateway would, at temperature 0. */
final class Asker {
    /** The most that a caller may ask for: where another token is likelier by a hair, the one that was expected is among them. */
    private static final int TOP_LOGPROBS = 20;
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    private final Backbone backbone;

    Asker(Backbone backbone) {
        this.backbone = backbone;
    }

    /** An answer that has room for the sample's. */
    Told ask(Sample sample) throws InterruptedException {
        return ask(sample.turns(), sample.tokens().size() + (sample.isEnded() ? 1 : 0));
    }

    /** An answer of so many tokens at most. */
    Told ask(List<Turn> turns, int maxTokens) throws InterruptedException {
        var request = BackboneRequest.newBuilder().addAllTurns(turns).addModalities(Modality.TEXT).setSampling(
                Sampling.newBuilder().setTemperature(0).setMaxTokens(maxTokens).setTopLogprobs(TOP_LOGPROBS)).build();
        var tokens = new ArrayList<Integer>();
        var logprobs = new ArrayList<TokenLogprob>();
        var finished = new ArrayList<BackboneFinished>();
        backbone.answer(Frame.of(request), CallContext.start("check", null, PATIENCE), frame -> {
            try (frame) {
                var event = frame.header();
                tokens.addAll(event.getTokensList());
                logprobs.addAll(event.getLogprobsList());
                if (event.hasFinished()) {
                    finished.add(event.getFinished());
                }
            }
        });
        return new Told(tokens, logprobs, finished.getFirst().getReason() == FinishReason.STOP,
                finished.getFirst().getCompletionTokens());
    }
}
