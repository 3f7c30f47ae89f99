// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import anymesh.backbone.BackboneConfig;
import anymesh.encoder.EncoderConfig;
import anymesh.gateway.GatewayConfig;
import anymesh.generator.GeneratorConfig;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.config.ConfigLoader;
import anymesh.kit.server.StageConfig;
import anymesh.projector.ProjectorConfig;
import anymesh.v1.Modality;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A service as its own code has it, for what is written about it elsewhere to be held against: its name, and how it reads
 * its configuration.
 */
record MeshService(String name, Function<Map<String, String>, Configured> configuration) {
    static final String GATEWAY = "gateway";

    /** What a service was configured with, whole and by what a stage has of it or the gateway. */
    record Configured(Record whole, StageConfig stage, GatewayConfig gateway) {}

    static List<MeshService> stages() {
        return List.of(
                stage(ServiceKind.ENCODER.name(), EncoderConfig.class, EncoderConfig.defaults(), EncoderConfig::stage),
                stage(ServiceKind.INPUT_PROJECTOR.name(), ProjectorConfig.class, ProjectorConfig.inputDefaults(),
                        ProjectorConfig::stage),
                stage(ServiceKind.BACKBONE.name(), BackboneConfig.class, BackboneConfig.defaults(),
                        BackboneConfig::stage),
                stage(ServiceKind.OUTPUT_PROJECTOR.name(), ProjectorConfig.class, ProjectorConfig.outputDefaults(),
                        ProjectorConfig::stage),
                generator(Modality.IMAGE), generator(Modality.AUDIO), generator(Modality.VIDEO));
    }

    static List<MeshService> all() {
        return Stream.concat(Stream.of(gateway()), stages().stream()).toList();
    }

    static MeshService gateway() {
        return new MeshService(GATEWAY, environment -> {
            var config = ConfigLoader.load(GatewayConfig.class, GatewayConfig.defaults(), null, environment);
            return new Configured(config, null, config);
        });
    }

    boolean isStage() {
        return !name.equals(GATEWAY);
    }

    /** Where it is called: by gRPC, or the gateway by HTTP. */
    int port() {
        var defaults = configuration.apply(Map.of());
        return isStage() ? defaults.stage().grpcPort() : defaults.gateway().port();
    }

    /** Where it answers to probes and to Prometheus. */
    int httpPort() {
        var defaults = configuration.apply(Map.of());
        return isStage() ? defaults.stage().httpPort() : defaults.gateway().port();
    }

    private static MeshService generator(Modality modality) {
        return stage(ServiceKind.generator(modality).name(), GeneratorConfig.class, GeneratorConfig.defaults(modality),
                GeneratorConfig::stage);
    }

    private static <C extends Record> MeshService stage(String name, Class<C> type, C defaults,
            Function<C, StageConfig> stage) {
        return new MeshService(name, environment -> {
            var config = ConfigLoader.load(type, defaults, null, environment);
            return new Configured(config, stage.apply(config), null);
        });
    }
}
