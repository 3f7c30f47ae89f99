// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.client.StageCall;
import anymesh.gateway.client.StageClient;
import anymesh.gateway.routing.Hop;
import anymesh.v1.ProjectInputRequest;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import java.util.List;

/** Equation 2: P_X = Θ_X→T(F_X). */
final class ProjectInputStep {
    private final StageClient client;

    ProjectInputStep(StageClient client) {
        this.client = client;
    }

    Future<Projected> run(Features features, Hop projector, CallContext call) {
        var request = ProjectInputRequest.newBuilder().setModality(features.modality()).build();
        var started = StageUsage.Started.now(features.batch().bodyBytes());
        var stage = new StageCall<>(projector, features.items(), client.methods().projectInput(), call);
        return client.ask(stage, Frame.of(request, features.batch())).map(answer -> {
            var batch = Batches.only(answer.frame(), projector.service());
            var usage = started.ended(answer.served(), answer.header().getTimings(), batch.bodyBytes());
            return new Projected(features.modality(), batch, List.of(features.usage(), usage));
        });
    }
}
