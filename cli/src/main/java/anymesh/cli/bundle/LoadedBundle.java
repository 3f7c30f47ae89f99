// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.bundle;

import anymesh.cli.settings.ConfiguredStage;
import anymesh.cli.settings.ServiceSettings;
import anymesh.generator.pipeline.GeneratorManifest;
import anymesh.kit.catalogue.Component;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Manifest;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.Futures;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageRunner;
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

    /** {@link BundleException}, or what else keeps its service from serving. */
    static LoadedBundle load(Path directory, Manifest manifest) {
        long start = System.nanoTime();
        var service = ConfiguredStage.of(kind(directory, manifest), SETTINGS)
                .with(stage -> stage.onFreePorts().withoutLameDuck().withBundle(directory));
        var stage = new AtomicReference<Stage>();
        var vertx = Vertx.vertx();
        try {
            var runner = StageRunner.start("check", service.stageConfig(), vertx, new InMemoryStageRegistry(),
                    resources -> {
                        var loaded = service.load(resources);
                        stage.set(loaded);
                        return loaded;
                    });
            return new LoadedBundle(stage.get(), runner, vertx, (System.nanoTime() - start) / 1e9);
        } catch (RuntimeException e) {
            Futures.join(vertx.close());
            throw e;
        }
    }

    private static ServiceKind kind(Path directory, Manifest manifest) {
        return manifest.component() == Component.MODALITY_GENERATOR
                ? ServiceKind.generator(GeneratorManifest.of(new ModelBundle(directory, manifest)).modality())
                : ServiceKind.require(manifest.component().stage());
    }

    @Override
    public void close() {
        runner.drain();
        Futures.join(vertx.close());
    }
}
