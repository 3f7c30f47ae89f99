// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.kit.registry.StageRegistry;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageMain;
import anymesh.kit.server.StageRunner;
import io.vertx.core.Vertx;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A service with its configuration and how it is loaded. */
record EmbeddedService<C>(String name, C config, Function<C, StageConfig> stage,
        BiFunction<C, StageConfig, C> withStage, StageMain.Loader<C> loader) {

    EmbeddedService<C> with(UnaryOperator<StageConfig> change) {
        return new EmbeddedService<>(name, withStage.apply(config, change.apply(stage.apply(config))), stage, withStage,
                loader);
    }

    StageConfig stageConfig() {
        return stage.apply(config);
    }

    StageRunner open(Vertx vertx, StageRegistry registry) {
        return StageRunner.open(name, stageConfig(), vertx, registry);
    }

    /** Does what {@link StageRunner#serve} does, to one that {@link #open} gave. */
    void serve(StageRunner runner) {
        runner.serve(resources -> loader.load(config, resources));
    }
}
