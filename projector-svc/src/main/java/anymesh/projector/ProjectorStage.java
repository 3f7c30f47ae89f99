// SPDX-License-Identifier: Apache-2.0
package anymesh.projector;

import anymesh.kit.catalogue.Component;
import anymesh.kit.ending.Budget;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageResources;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.ProjectOutputResponse;
import anymesh.v1.StageDescription;
import anymesh.wire.Frame;
import anymesh.wire.call.FrameServer;
import io.grpc.ServerMethodDefinition;
import java.util.List;

/** A projector service: the input projector of equation 2 or the output projector of equation 4. */
public final class ProjectorStage implements Stage {
    private final Projection projection;
    private final ServerMethodDefinition<?, ?> project;

    private ProjectorStage(Projection projection, ServerMethodDefinition<?, ?> project) {
        this.projection = projection;
        this.project = project;
    }

    /** From the features of an encoder into the backbone's input space. */
    public static ProjectorStage input(ProjectorConfig config, StageResources resources) {
        var projection = Projection.load(Component.INPUT_PROJECTOR, config.stage(), resources);
        return new ProjectorStage(projection, FrameServer.method(resources.methods().projectInput(),
                (request, call, out) -> {
                    var projected = projection.project(call, request.header().getModality(), request.embeddings());
                    var header = ProjectInputResponse.newBuilder().setTimings(projected.timings().toProto()).build();
                    out.emit(Frame.of(header, projected.embeddings()));
                }));
    }

    /** From the backbone's signal states into the generator's condition space. */
    public static ProjectorStage output(ProjectorConfig config, StageResources resources) {
        var projection = Projection.load(Component.OUTPUT_PROJECTOR, config.stage(), resources);
        return new ProjectorStage(projection, FrameServer.method(resources.methods().projectOutput(),
                (request, call, out) -> {
                    var projected = projection.project(call, request.header().getModality(), request.embeddings());
                    var header = ProjectOutputResponse.newBuilder().setTimings(projected.timings().toProto()).build();
                    out.emit(Frame.of(header, projected.embeddings()));
                }));
    }

    @Override
    public StageDescription describe() {
        return projection.describe();
    }

    @Override
    public List<ServerMethodDefinition<?, ?>> methods() {
        return List.of(project);
    }

    @Override
    public void warm() {
        projection.warm();
    }

    @Override
    public boolean stop(Budget budget) {
        return projection.stop(budget);
    }

    @Override
    public void close() {
        projection.close();
    }
}
