// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.cli.EmbeddedMesh;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageRunner;
import anymesh.v1.StageDescription;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The embedded mesh with {@link SimulatedGenerator}s in the place of its picture generator. */
final class SimulatedMesh implements AutoCloseable {
    private static final String SERVICE = "generator-image";

    private final InMemoryStageRegistry registry = new InMemoryStageRegistry();
    private final Vertx vertx = Vertx.vertx();
    private final List<StageRunner> generators = new ArrayList<>();
    private final EmbeddedMesh mesh;
    private final StageDescription description;

    SimulatedMesh(Path home) {
        mesh = EmbeddedMesh.startOnPorts(home, registry);
        var real = registry.snapshot().stream().filter(instance -> instance.service().equals(SERVICE)).findFirst()
                .orElseThrow();
        description = real.description();
        registry.remove(real.id());
    }

    /** One more instance. */
    void add(BatchPolicy batch, int steps, SimulatedGenerator.Device device) {
        var config = StageConfig.defaults(0, 0, Path.of(""), batch);
        generators.add(StageRunner.start(SERVICE, config, vertx, registry,
                resources -> SimulatedGenerator.load(description, batch, steps, device, resources)));
    }

    String url() {
        return mesh.url();
    }

    List<StageInstance> instances() {
        return registry.snapshot();
    }

    @Override
    public void close() {
        mesh.close();
        generators.forEach(StageRunner::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
