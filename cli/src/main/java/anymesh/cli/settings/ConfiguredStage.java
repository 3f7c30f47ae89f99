// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.settings;

import anymesh.backbone.BackboneConfig;
import anymesh.backbone.BackboneStage;
import anymesh.encoder.EncoderConfig;
import anymesh.encoder.EncoderStage;
import anymesh.generator.GeneratorConfig;
import anymesh.generator.GeneratorStage;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageFactory;
import anymesh.kit.server.StageMain;
import anymesh.kit.server.StageResources;
import anymesh.kit.server.StageRunner;
import anymesh.projector.ProjectorConfig;
import anymesh.projector.ProjectorStage;
import anymesh.v1.Modality;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** A stage's service with its configuration and how it is loaded. */
public record ConfiguredStage<C>(ServiceKind kind, C config, Function<C, StageConfig> stage,
        BiFunction<C, StageConfig, C> withStage, StageMain.Loader<C> loader)
        implements
            StageFactory {

    /** As these settings have it; {@link IllegalArgumentException} for a configuration that can't be. */
    public static ConfiguredStage<?> of(ServiceKind kind, ServiceSettings settings) {
        return switch (kind.component()) {
            case MODALITY_ENCODER -> new ConfiguredStage<>(kind,
                    settings.stage(kind.name(), EncoderConfig.class, EncoderConfig.defaults()), EncoderConfig::stage,
                    EncoderConfig::withStage, EncoderStage::load);
            case INPUT_PROJECTOR -> new ConfiguredStage<>(kind,
                    settings.stage(kind.name(), ProjectorConfig.class, ProjectorConfig.inputDefaults()),
                    ProjectorConfig::stage, ProjectorConfig::withStage, ProjectorStage::input);
            case LLM_BACKBONE -> new ConfiguredStage<>(kind,
                    settings.stage(kind.name(), BackboneConfig.class, BackboneConfig.defaults()), BackboneConfig::stage,
                    BackboneConfig::withStage, BackboneStage::load);
            case OUTPUT_PROJECTOR -> new ConfiguredStage<>(kind,
                    settings.stage(kind.name(), ProjectorConfig.class, ProjectorConfig.outputDefaults()),
                    ProjectorConfig::stage, ProjectorConfig::withStage, ProjectorStage::output);
            case MODALITY_GENERATOR -> new ConfiguredStage<>(kind, generator(kind, settings), GeneratorConfig::stage,
                    GeneratorConfig::withStage, GeneratorStage::load);
        };
    }

    private static GeneratorConfig generator(ServiceKind kind, ServiceSettings settings) {
        Modality modality = kind.makes().orElseThrow();
        var config = settings.stage(kind.name(), GeneratorConfig.class, GeneratorConfig.defaults(modality));
        if (config.modality() != modality) {
            throw new IllegalArgumentException(
                    "%s: modality: %s (expected: %s)".formatted(kind.name(), config.modality(), modality));
        }
        return config;
    }

    public ConfiguredStage<C> with(UnaryOperator<StageConfig> change) {
        return new ConfiguredStage<>(kind, withStage.apply(config, change.apply(stage.apply(config))), stage, withStage,
                loader);
    }

    /** What all stages' configurations have. */
    public StageConfig stageConfig() {
        return stage.apply(config);
    }

    /** One that has loaded nothing yet; {@link StageRunner#serve}, given this, does. */
    public StageRunner open(Vertx vertx, StageRegistry registry) {
        return StageRunner.open(kind.name(), stageConfig(), vertx, registry);
    }

    /** The same for callers in this process only ({@link StageRunner#openWithin}). */
    public StageRunner openWithin(Vertx vertx, StageRegistry registry, WireMemory memory) {
        return StageRunner.openWithin(kind.name(), stageConfig(), vertx, registry, memory);
    }

    @Override
    public Stage load(StageResources resources) throws Exception {
        return loader.load(config, resources);
    }
}
