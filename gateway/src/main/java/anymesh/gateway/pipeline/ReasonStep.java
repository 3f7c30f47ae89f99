// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.forecast.Forecasts;
import anymesh.gateway.forecast.Task;
import anymesh.gateway.routing.Hop;
import anymesh.v1.BackboneFinished;
import anymesh.v1.BackboneRequest;
import anymesh.v1.TokenLogprob;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InferenceFailed;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Equation 3: t, S_X = LLM(P_X, F_T). Hands text and signals on the moment they come. */
final class ReasonStep {
    /** Who is told what the backbone writes, in its order. */
    interface Listener {
        void onText(String text, List<TokenLogprob> logprobs);

        /** A name begins a call; else there is more of its arguments. */
        void onCall(String name, String arguments);

        /** Owns the signal's states. */
        void onSignal(SignalStates signal);
    }

    private final StageClient client;
    private final Forecasts forecasts;

    ReasonStep(StageClient client, Forecasts forecasts) {
        this.client = client;
        this.forecasts = forecasts;
    }

    Future<Reasoned> run(Prompt prompt, GenerationRequest request, Hop backbone, CallContext call, Listener listener) {
        var started = StageUsage.Started.now(prompt.bytes());
        var writing = new Writing(request(prompt, request, backbone), backbone, listener);
        var stage = new StageCall<>(backbone, 1, client.methods().generateText(), call);
        return client.listen(stage, prompt.batches(), writing).map(served -> {
            BackboneFinished end = writing.finished();
            if (end == null) {
                throw new InferenceFailed(backbone.service() + " ended in the middle of its answer");
            }
            forecasts.learn(Task.answers(backbone, 1), 1, end.getTimings());
            return new Reasoned(end, started.ended(served, end.getTimings(), writing.signalBytes()));
        }).recover(failure -> Future.failedFuture(located(request, failure)));
    }

    private static Throwable located(GenerationRequest request, Throwable failure) {
        var format = request.format();
        var located = format == null ? failure : format.located(failure);
        var tools = request.tools();
        return tools == null ? located : tools.located(located);
    }

    /** Without tools where the model can't call any, as it may answer in text. */
    private static BackboneRequest request(Prompt prompt, GenerationRequest request, Hop backbone) {
        var sampling = request.sampling().toBuilder();
        if (!sampling.hasSeed()) {
            // Never the backbone's to choose: another one that goes on with the answer must have the same.
            sampling.setSeed(ThreadLocalRandom.current().nextLong());
        }
        var format = request.format();
        var asked = BackboneRequest.newBuilder()
                .setJsonSchema(format == null ? "" : format.schema())
                .addAllTurns(prompt.turns())
                .setGathered(request.isGathered())
                .setSampling(sampling)
                .addAllModalities(request.modalities())
                .addAllRequired(request.required());
        if (request.tools() != null && backbone.callsTools()) {
            asked.setTools(request.tools().toProto());
        }
        return asked.build();
    }
}
