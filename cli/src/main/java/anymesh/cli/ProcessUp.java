// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.ControlServer;
import anymesh.cli.processes.ProcessMesh;
import anymesh.cli.processes.ProcessOptions;
import anymesh.cli.processes.Replicas;
import anymesh.cli.settings.Home;
import anymesh.cli.settings.ServiceSettings;
import anymesh.cli.supervise.Backoff;
import anymesh.cli.supervise.Supervisor;
import anymesh.gateway.GatewayConfig;
import anymesh.kit.config.ConfigLoader;
import anymesh.kit.discovery.RegistryConfig;
import anymesh.kit.ending.Budget;
import anymesh.kit.server.Termination;
import anymesh.kit.tls.TlsConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** {@code anymesh up --processes}: supervises the processes of a mesh until it is told to go. */
final class ProcessUp {
    /** Configured in the environment as they are for the gateway: ANYMESH_REGISTRY_…, ANYMESH_TLS_…. */
    record Settings(RegistryConfig registry, TlsConfig tls) {}

    private ProcessUp() {}

    static int run(Path file, @Nullable Integer port, List<String> replicas, @Nullable String consul,
            ServiceSettings services) throws IOException, InterruptedException {
        var folder = Objects.requireNonNull(file.toAbsolutePath().getParent(), "the state file has no folder");
        var settings = ConfigLoader.load(Settings.class, new Settings(RegistryConfig.defaults(), TlsConfig.off()), null,
                System.getenv());
        var gateway = services.gateway(GatewayConfig.class, GatewayConfig.defaults());
        if (gateway.https().serves()) {
            throw new IllegalArgumentException(
                    "https: up --processes serves on loopback without TLS; start the gateway by itself, or put a proxy in front");
        }
        var options = new ProcessOptions(Home.directory(), folder, Replicas.parse(replicas),
                freePort(port == null ? gateway.port() : port), services, registry(settings.registry(), consul),
                settings.tls(), gateway.requestTimeout(), gateway.drainTimeout());
        var vertx = Vertx.vertx();
        Consumer<String> events = event -> System.err.println("anymesh: " + event);
        var supervisor = new Supervisor(Backoff.defaults(), events);
        var mesh = new AtomicReference<@Nullable ProcessMesh>();
        Termination.on(ProcessMesh.timeToEnd(gateway.drainTimeout()), budget -> {
            end(mesh.get(), supervisor, budget);
            MeshState.delete(file);
        }, supervisor::close);
        try {
            var opened = ProcessMesh.open(vertx, options, supervisor, events);
            mesh.set(opened);
            opened.startAll(options);
            var control = ControlServer.start(vertx, opened, opened.desks());
            new MeshState(opened.url(), ProcessHandle.current().pid(), control.control()).write(file);
            InstanceTable.print(opened.instances(), System.out);
            System.out.println("ready " + opened.url());
        } catch (IOException | RuntimeException e) {
            System.err.println("anymesh: " + Failures.message(e));
            end(mesh.get(), supervisor, Budget.of(ProcessMesh.timeToEnd(gateway.drainTimeout())));
            // Not exit: an orderly end, as the hook makes it, would look like success.
            Runtime.getRuntime().halt(1);
        }
        new CountDownLatch(1).await();
        return 0;
    }

    private static void end(@Nullable ProcessMesh mesh, Supervisor supervisor, Budget budget) {
        if (mesh == null) {
            supervisor.close();
        } else {
            mesh.close(budget);
        }
    }

    private static RegistryConfig registry(RegistryConfig settings, @Nullable String consul) {
        if (settings.kind() == RegistryConfig.Kind.KUBERNETES
                || settings.state() == RegistryConfig.State.KUBERNETES) {
            throw new IllegalArgumentException(
                    "registry.kind or registry.state: KUBERNETES (expected: STATIC or CONSUL, and REGISTRY; in a cluster it is Kubernetes that starts processes)");
        }
        var isConfigured = consul != null || System.getenv("ANYMESH_REGISTRY_CONSUL_ADDRESS") != null;
        return isConfigured
                ? settings.withConsul(consul == null ? settings.consul() : settings.consul().at(consul))
                : settings;
    }

    /** The gateway has to come back on the port that it had. */
    private static int freePort(int port) {
        return port == 0 ? ProcessMesh.freePort() : port;
    }
}
