// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.backbone.BackboneConfig;
import anymesh.backbone.BackboneStage;
import anymesh.cli.settings.ServiceSettings;
import anymesh.encoder.EncoderConfig;
import anymesh.encoder.EncoderStage;
import anymesh.generator.GeneratorConfig;
import anymesh.generator.GeneratorStage;
import anymesh.generator.pipeline.GeneratorManifest;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Manifest;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.Futures;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageFactory;
import anymesh.kit.server.StageRunner;
import anymesh.projector.ProjectorConfig;
import anymesh.projector.ProjectorStage;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A bundle in a service of its own, which has warmed and would serve.
 *
 * @param seconds what that took
 */
record LoadedBundle(Stage stage, StageRunner runner, Vertx vertx, double seconds) implements AutoCloseable {

    /** Services are set up as they are in this environment, but for their ports. */
    private static final ServiceSettings SETTINGS = ServiceSettings.of(null);

    /** How a service is configured, and what loads it. */
    private record Service(StageConfig config, StageFactory factory) {}

    /** {@link BundleException}, or what else keeps its service from serving. */
    static LoadedBundle load(Path directory, Manifest manifest) {
        long start = System.nanoTime();
        var service = service(directory, manifest);
        var stage = new AtomicReference<Stage>();
        var vertx = Vertx.vertx();
        try {
            var runner = StageRunner.start("check", service.config(), vertx, new InMemoryStageRegistry(), resources -> {
                var loaded = service.factory().load(resources);
                stage.set(loaded);
                return loaded;
            });
            return new LoadedBundle(stage.get(), runner, vertx, (System.nanoTime() - start) / 1e9);
        } catch (RuntimeException e) {
            Futures.join(vertx.close());
            throw e;
        }
    }

    private static Service service(Path directory, Manifest manifest) {
        return switch (manifest.component()) {
            case MODALITY_ENCODER -> {
                var config = SETTINGS.stage("encoder", EncoderConfig.class, EncoderConfig.defaults());
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> EncoderStage.load(config.withStage(stage), resources));
            }
            case INPUT_PROJECTOR -> {
                var config = SETTINGS.stage("input-projector", ProjectorConfig.class, ProjectorConfig.inputDefaults());
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> ProjectorStage.input(config.withStage(stage), resources));
            }
            case LLM_BACKBONE -> {
                var config = SETTINGS.stage("backbone", BackboneConfig.class, BackboneConfig.defaults());
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> BackboneStage.load(config.withStage(stage), resources));
            }
            case OUTPUT_PROJECTOR -> {
                var config = SETTINGS.stage("output-projector", ProjectorConfig.class,
                        ProjectorConfig.outputDefaults());
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> ProjectorStage.output(config.withStage(stage), resources));
            }
            case MODALITY_GENERATOR -> {
                var defaults = GeneratorConfig.defaults(
                        GeneratorManifest.of(new ModelBundle(directory, manifest)).modality());
                var config = SETTINGS.stage(defaults.service(), GeneratorConfig.class, defaults);
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> GeneratorStage.load(config.withStage(stage), resources));
            }
        };
    }

    private static StageConfig at(Path directory, StageConfig configured) {
        return configured.onFreePorts().withoutLameDuck().withBundle(directory);
    }

    @Override
    public void close() {
        runner.drain();
        Futures.join(vertx.close());
    }
}
