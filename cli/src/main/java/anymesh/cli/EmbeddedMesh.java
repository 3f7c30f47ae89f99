// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.settings.ServiceSettings;
import anymesh.backbone.BackboneConfig;
import anymesh.backbone.BackboneStage;
import anymesh.encoder.EncoderConfig;
import anymesh.encoder.EncoderStage;
import anymesh.gateway.Gateway;
import anymesh.gateway.GatewayConfig;
import anymesh.gateway.StaticEndpoints;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.generator.GeneratorConfig;
import anymesh.generator.GeneratorStage;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.server.Futures;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageFactory;
import anymesh.kit.server.StageMain;
import anymesh.kit.server.StageRunner;
import anymesh.projector.ProjectorConfig;
import anymesh.projector.ProjectorStage;
import anymesh.v1.Modality;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The gateway and the five stages in one process, each stage behind its own gRPC server on a loopback port as it would
 * be elsewhere, with the registry in memory. {@link #start} returns once every stage serves. It is no lame duck when it goes:
 * nobody chooses between it and another one.
 */
public final class EmbeddedMesh implements AutoCloseable {
    private final Vertx vertx;
    private final StageRegistry registry;
    private final List<StageRunner> runners;
    private final WireMemory memory;
    private final Gateway gateway;

    private EmbeddedMesh(Vertx vertx, StageRegistry registry, WireMemory memory, Gateway gateway,
            List<StageRunner> runners) {
        this.vertx = vertx;
        this.registry = registry;
        this.memory = memory;
        this.gateway = gateway;
        this.runners = runners;
    }

    /** Starts everything with its defaults; the models lie under {@code home}, the gateway listens on the port (0: any free one). */
    public static EmbeddedMesh start(Path home, int port) {
        return start(home, port, new InMemoryStageRegistry());
    }

    /** As {@link #start(Path, int)}, with a registry that somebody watches. */
    public static EmbeddedMesh start(Path home, int port, StageRegistry registry) {
        return start(home, port, ServiceSettings.none(), registry);
    }

    /**
     * As above, configured as the same services would be in processes of their own. Ports of stages, and how they are
     * found, are this mesh's to choose. {@link IllegalArgumentException} for a configuration that can't be.
     *
     * @param port null for the one in the gateway's configuration
     */
    public static EmbeddedMesh start(Path home, @Nullable Integer port, ServiceSettings settings,
            StageRegistry registry) {
        var configured = gateway(settings);
        if (configured.registry().kind() != RegistryConfig.Kind.STATIC
                || !configured.endpoints().equals(StaticEndpoints.none())) {
            throw new IllegalArgumentException(
                    "registry.kind and endpoints: a mesh in one process has its stages in itself; start it with --processes");
        }
        var config = port == null ? configured : configured.onPort(port);
        var stages = stages(home, settings);
        var vertx = Vertx.vertx();
        var memory = new WireMemory("gateway", config.memoryBytes());
        try {
            // The port first: somebody may have it, and loading models to find that out would be a waste.
            var gateway = Gateway.start(vertx, config, registry, memory);
            try {
                return new EmbeddedMesh(vertx, registry, memory, gateway, startAll(stages, vertx, registry));
            } catch (RuntimeException e) {
                gateway.close();
                throw e;
            }
        } catch (RuntimeException e) {
            memory.close();
            Futures.join(vertx.close());
            throw e;
        }
    }

    /** How the gateway of such a mesh is configured, and with its end that of the whole mesh. */
    public static GatewayConfig gateway(ServiceSettings settings) {
        return settings.gateway(GatewayConfig.class, GatewayConfig.defaults().withoutLameDuck());
    }

    private static List<StageRunner> startAll(List<Starting> stages, Vertx vertx, StageRegistry registry) {
        try (var threads = platformThreads()) {
            return joinAll(stages.stream()
                    .map(stage -> CompletableFuture.supplyAsync(() -> stage.start(vertx, registry), threads))
                    .toList());
        }
    }

    private static List<Starting> stages(Path home, ServiceSettings settings) {
        var encoder = settings.stage("encoder", EncoderConfig.class, EncoderConfig.defaults());
        var input = settings.stage("input-projector", ProjectorConfig.class, ProjectorConfig.inputDefaults());
        var backbone = settings.stage("backbone", BackboneConfig.class, BackboneConfig.defaults());
        var output = settings.stage("output-projector", ProjectorConfig.class, ProjectorConfig.outputDefaults());
        var stages = new ArrayList<>(List.of(
                starting("encoder", encoder.withStage(here(encoder.stage(), home)), EncoderConfig::stage,
                        EncoderStage::load),
                starting("input-projector", input.withStage(here(input.stage(), home)), ProjectorConfig::stage,
                        ProjectorStage::input),
                starting("backbone", backbone.withStage(here(backbone.stage(), home)), BackboneConfig::stage,
                        BackboneStage::load),
                starting("output-projector", output.withStage(here(output.stage(), home)), ProjectorConfig::stage,
                        ProjectorStage::output)));
        stages.addAll(generators(home, settings));
        return stages;
    }

    /** One for pictures always, the others if their models are here: without them the mesh answers 422 to what they make. */
    private static List<Starting> generators(Path home, ServiceSettings settings) {
        return Stream.of(Modality.IMAGE, Modality.AUDIO, Modality.VIDEO).map(GeneratorConfig::defaults)
                .map(config -> generator(config, settings))
                .map(config -> config.withStage(here(config.stage(), home)))
                .filter(config -> config.modality() == Modality.IMAGE
                        || Files.exists(config.stage().bundle().resolve("manifest.json")))
                .map(config -> starting(config.service(), config, GeneratorConfig::stage, GeneratorStage::load))
                .toList();
    }

    private static GeneratorConfig generator(GeneratorConfig defaults, ServiceSettings settings) {
        var config = settings.stage(defaults.service(), GeneratorConfig.class, defaults);
        if (config.modality() != defaults.modality()) {
            throw new IllegalArgumentException("%s: modality: %s (expected: %s)".formatted(defaults.service(),
                    config.modality(), defaults.modality()));
        }
        return config;
    }

    /**
     * Not virtual ones: loading a model runs class initialisers and native code that hold their carrier, and with as many
     * stages as carriers they would wait for each other for ever.
     */
    private static ExecutorService platformThreads() {
        return Executors.newThreadPerTaskExecutor(Thread.ofPlatform().name("stage-", 0).factory());
    }

    private static StageConfig here(StageConfig stage, Path home) {
        return stage.onFreePorts().withoutLameDuck().withBundle(home.resolve(stage.bundle()));
    }

    private static <C> Starting starting(String service, C config, Function<C, StageConfig> stage,
            StageMain.Loader<C> loader) {
        return new Starting(service, stage.apply(config), resources -> loader.load(config, resources));
    }

    private static List<StageRunner> joinAll(List<CompletableFuture<StageRunner>> starting) {
        var started = new ArrayList<StageRunner>();
        RuntimeException failure = null;
        for (var stage : starting) {
            try {
                started.add(stage.join());
            } catch (CompletionException e) {
                failure = e;
            }
        }
        if (failure != null) {
            started.forEach(StageRunner::close);
            throw failure;
        }
        return started;
    }

    public int port() {
        return gateway.port();
    }

    public String url() {
        return "http://127.0.0.1:" + gateway.port();
    }

    public StageRegistry registry() {
        return registry;
    }

    /** Ends in order, within this time: the gateway takes nothing new and finishes, then every stage does. */
    public void drain(Budget budget) {
        gateway.drain(budget);
        try (var threads = platformThreads()) {
            runners.forEach(runner -> threads.execute(() -> runner.drain(budget)));
        }
        release();
    }

    @Override
    public void close() {
        gateway.close();
        runners.forEach(StageRunner::close);
        release();
    }

    private void release() {
        memory.close();
        Futures.join(vertx.close());
    }

    /** A service with its configuration and how it is loaded. */
    private record Starting(String service, StageConfig config, StageFactory factory) {

        StageRunner start(Vertx vertx, StageRegistry registry) {
            return StageRunner.start(service, config, vertx, registry, factory);
        }
    }
}
