// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.backbone.BackboneConfig;
import anymesh.backbone.BackboneStage;
import anymesh.encoder.EncoderConfig;
import anymesh.encoder.EncoderStage;
import anymesh.generator.GeneratorConfig;
import anymesh.generator.GeneratorStage;
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
import anymesh.v1.Modality;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bundle in a service of its own, which has warmed and would serve.
 *
 * @param seconds what that took
 */
record LoadedBundle(Stage stage, StageRunner runner, Vertx vertx, double seconds) implements AutoCloseable {

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
                var config = EncoderConfig.defaults();
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> EncoderStage.load(config.withStage(stage), resources));
            }
            case INPUT_PROJECTOR -> {
                var config = ProjectorConfig.inputDefaults();
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> ProjectorStage.input(config.withStage(stage), resources));
            }
            case LLM_BACKBONE -> {
                var config = BackboneConfig.defaults();
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> BackboneStage.load(config.withStage(stage), resources));
            }
            case OUTPUT_PROJECTOR -> {
                var config = ProjectorConfig.outputDefaults();
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> ProjectorStage.output(config.withStage(stage), resources));
            }
            case MODALITY_GENERATOR -> {
                var config = GeneratorConfig.defaults(modality(directory));
                var stage = at(directory, config.stage());
                yield new Service(stage, resources -> GeneratorStage.load(config.withStage(stage), resources));
            }
        };
    }

    private static StageConfig at(Path directory, StageConfig defaults) {
        return defaults.onFreePorts().withoutLameDuck().withBundle(directory);
    }

    /** What a generator's bundle says that it makes; its own check of the rest comes when it is loaded. */
    private static Modality modality(Path directory) {
        var said = new ModelBundle(directory, ModelBundle.manifest(directory)).manifestAs(Made.class).modality();
        return Stream.of(Modality.IMAGE, Modality.AUDIO, Modality.VIDEO)
                .filter(modality -> modality.name().toLowerCase(Locale.ROOT).equals(said)).findFirst()
                .orElseThrow(
                        () -> new BundleException("%s/manifest.json: modality: %s (expected: image, audio or video)"
                                .formatted(directory, said)));
    }

    private record Made(@Nullable String modality) {}

    @Override
    public void close() {
        runner.drain();
        Futures.join(vertx.close());
    }
}
