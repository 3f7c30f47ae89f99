// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.routing.Hop;
import anymesh.v1.ProjectOutputRequest;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;

/** Equation 4: H_X = Θ_T→X(S_X). */
final class ProjectOutputStep {
    private final StageClient client;

    ProjectOutputStep(StageClient client) {
        this.client = client;
    }

    Future<Condition> run(SignalStates signal, Hop projector, CallContext call) {
        var request = ProjectOutputRequest.newBuilder().setModality(signal.modality()).build();
        var started = StageUsage.Started.now(signal.batch().bodyBytes());
        var stage = new StageCall<>(projector, 1, client.methods().projectOutput(), call);
        return client.ask(stage, Frame.of(request, signal.batch())).map(answer -> {
            var batch = Batches.only(answer.frame(), projector.service());
            return new Condition(batch,
                    started.ended(answer.served(), answer.header().getTimings(), batch.bodyBytes()));
        });
    }
}
