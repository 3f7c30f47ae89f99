// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.ConfiguredBundles;
import anymesh.cli.processes.Control;
import anymesh.cli.processes.ControlServer;
import anymesh.cli.processes.Desks;
import anymesh.cli.processes.InstanceView;
import anymesh.cli.processes.RunningMesh;
import anymesh.cli.processes.StartRequest;
import anymesh.cli.processes.SwapAftermath;
import anymesh.cli.settings.ConfiguredStage;
import anymesh.cli.settings.Home;
import anymesh.cli.settings.ServiceSettings;
import anymesh.gateway.Gateway;
import anymesh.gateway.GatewayConfig;
import anymesh.gateway.Shared;
import anymesh.gateway.StaticEndpoints;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.server.StageConfig;
import anymesh.kit.store.InMemoryMeshLocks;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.kit.store.MeshStore;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway and the five stages in one process, each stage behind its own gRPC server as it would be elsewhere, but without
 * sockets: embeddings are handed over in one memory. The registry is in memory too. {@link #start} returns once every stage serves. It is no lame duck when it goes:
 * nobody chooses between it and another one.
 */
public final class EmbeddedMesh implements RunningMesh, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedMesh.class);

    private final Vertx vertx;
    private final StageRegistry registry;
    private final EmbeddedStages stages;
    private final WireMemory memory;
    private final Shared shared;
    private final Desks desks;
    private final SwapAftermath aftermath;
    private final Gateway gateway;

    private EmbeddedMesh(Vertx vertx, StageRegistry registry, WireMemory memory, Shared shared, MeshStore store,
            Gateway gateway, EmbeddedStages stages, Duration requestTimeout) {
        this.vertx = vertx;
        this.registry = registry;
        this.memory = memory;
        this.gateway = gateway;
        this.stages = stages;
        this.shared = shared;
        this.desks = Desks.of(this, store, registry::snapshot);
        this.aftermath = SwapAftermath.follow(this, store, requestTimeout, event -> log.info("{}", event));
    }

    /** Starts everything with its defaults; the models lie under {@code home}, the gateway listens on the port (0: any free one). */
    public static EmbeddedMesh start(Path home, int port) {
        return start(home, port, new InMemoryStageRegistry());
    }

    /** As {@link #start(Path, int)}, with a registry that somebody watches. */
    public static EmbeddedMesh start(Path home, int port, StageRegistry registry) {
        return start(home, port, ServiceSettings.none(), registry, new InMemoryMeshStore());
    }

    /** As {@link #start(Path, int, StageRegistry)}, on any free port, with a gRPC port for each stage, where gateways elsewhere call it. */
    public static EmbeddedMesh startOnPorts(Path home, StageRegistry registry) {
        return start(home, 0, ServiceSettings.none(), registry, new InMemoryMeshStore(), true);
    }

    /**
     * As above, configured as the same services would be in processes of their own. Ports of stages, and how they are
     * found, are this mesh's to choose. {@link IllegalArgumentException} for a configuration that can't be.
     *
     * @param port null for the one in the gateway's configuration
     * @param store for routes, swaps and candidates; taken over
     */
    public static EmbeddedMesh start(Path home, @Nullable Integer port, ServiceSettings settings,
            StageRegistry registry, MeshStore store) {
        return start(home, port, settings, registry, store, false);
    }

    private static EmbeddedMesh start(Path home, @Nullable Integer port, ServiceSettings settings,
            StageRegistry registry, MeshStore store, boolean onPorts) {
        var configured = gateway(settings);
        if (configured.registry().keeper() != RegistryConfig.Kind.STATIC
                || configured.registry().kind() != RegistryConfig.Kind.STATIC
                || !configured.endpoints().equals(StaticEndpoints.none())) {
            throw new IllegalArgumentException(
                    "registry.kind and endpoints: a mesh in one process has its stages in itself; start it with --processes");
        }
        var config = port == null ? configured : configured.onPort(port);
        var services = services(home, settings);
        var vertx = Vertx.vertx();
        var memory = new WireMemory("mesh", config.memoryBytes() + services.stream()
                .mapToLong(service -> service.stageConfig().memoryBytes()).sum());
        try {
            // The port first: somebody may have it, and loading models to find that out would be a waste.
            var shared = Shared.in(store, new InMemoryMeshLocks());
            var gateway = Gateway.start(vertx, config, registry, shared, memory);
            try {
                var stages = new EmbeddedStages(vertx, registry, onPorts ? null : memory, services,
                        new ConfiguredBundles(home, settings),
                        StoredReplicas.open(store));
                stages.startAll();
                return new EmbeddedMesh(vertx, registry, memory, shared, store, gateway, stages,
                        config.requestTimeout());
            } catch (RuntimeException e) {
                gateway.close();
                shared.close();
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
        var config = settings.gateway(GatewayConfig.class, GatewayConfig.defaults().withoutLameDuck());
        return config.withJobs(config.jobs().orIn(Home.stateFile().resolveSibling("jobs")));
    }

    private static List<ConfiguredStage<?>> services(Path home, ServiceSettings settings) {
        return ServiceKind.ALL.stream().map(kind -> ConfiguredStage.of(kind, settings))
                .<ConfiguredStage<?>>map(service -> service.with(stage -> here(stage, home))).toList();
    }

    private static StageConfig here(StageConfig stage, Path home) {
        return stage.onFreePorts().withoutLameDuck().withBundle(home.resolve(stage.bundle()));
    }

    public int port() {
        return gateway.port();
    }

    public String url() {
        return gateway.url();
    }

    public StageRegistry registry() {
        return registry;
    }

    /** Opens a port where other commands find this mesh, until it ends. */
    public Control control() {
        return ControlServer.start(vertx, this, desks).control();
    }

    @Override
    public List<InstanceView> instances() {
        return registry.snapshot().stream().map(InstanceView::of).toList();
    }

    @Override
    public void start(StartRequest asked) throws IOException {
        stages.start(asked);
    }

    @Override
    public void scale(String name, String replicas) throws IOException {
        stages.scale(name, replicas);
    }

    @Override
    public void stop(String name) {
        stages.stop(name);
    }

    /** Ends in order, within this time: the gateway takes nothing new and finishes, then every stage does. */
    public void drain(Budget budget) {
        aftermath.close();
        gateway.drain(budget);
        stages.drain(budget);
        release();
    }

    @Override
    public void close() {
        aftermath.close();
        gateway.close();
        stages.close();
        release();
    }

    private void release() {
        shared.close();
        memory.close();
        Futures.join(vertx.close());
    }
}
