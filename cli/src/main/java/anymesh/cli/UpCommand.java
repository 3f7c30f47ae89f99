// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.cli.processes.GivenBundles;
import anymesh.cli.settings.Home;
import anymesh.cli.settings.ServiceSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.Termination;
import anymesh.kit.store.FileMeshStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anymesh up}: the mesh in this process, or in one for each service, until SIGTERM or Ctrl-C, which drain it. */
@Command(name = "up", mixinStandardHelpOptions = true, description = "Starts the mesh and serves until it is stopped.")
final class UpCommand implements Callable<Integer> {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init")
    private CommandLine.Model.CommandSpec spec;

    @Option(names = "--port", paramLabel = "N", description = "port of the gateway on 127.0.0.1; 0 takes a free one (default: the one in its configuration, 8080)")
    private @Nullable Integer port;

    @Option(names = "--processes", description = "one process for each service instance, found through Consul")
    private boolean processes;

    @Option(names = "--replicas", split = ",", paramLabel = "SERVICE=N", description = "with --processes: how many instances, such as generator-image=2,generator-video=0, where 0 is none until a request needs one (default: 1 of each)")
    private List<String> replicas = new ArrayList<>();

    @Option(names = "--consul", paramLabel = "HOST:PORT", description = "with --processes: the Consul to use (default: one of its own)")
    private @Nullable String consul;

    @Option(names = "--config", paramLabel = "PATH", description = "a folder of SERVICE.yaml that configure services, or a file that configures the gateway; variables ANYMESH_… go over both")
    private @Nullable Path config;

    @Option(names = "--bundle", split = ",", paramLabel = "SERVICE=DIR", description = "the folder of a service's bundle, such as backbone=bundles/smollm2 (default: the one in its configuration)")
    private Map<String, Path> bundles = new LinkedHashMap<>();

    @Override
    public Integer call() throws IOException, InterruptedException {
        var file = Home.stateFile();
        var other = MeshState.running(file);
        if (other.isPresent()) {
            System.err.printf("anymesh: a mesh already runs at %s (process %d)%n", other.get().url(),
                    other.get().pid());
            return 1;
        }
        if (processes) {
            return ProcessUp.run(file, port, replicas, consul, settings());
        }
        if (!replicas.isEmpty() || consul != null) {
            throw new CommandLine.ParameterException(spec.commandLine(),
                    "--replicas and --consul go with --processes");
        }
        return embedded(file, settings());
    }

    private ServiceSettings settings() {
        return ServiceSettings.of(config).withBundles(GivenBundles.of(bundles));
    }

    private int embedded(Path file, ServiceSettings settings) throws InterruptedException {
        var starting = new CompletableFuture<EmbeddedMesh>();
        Termination.on(EmbeddedMesh.gateway(settings).drainTimeout(), budget -> {
            // Told to go while it loads, it finishes that first: ONNX Runtime takes a JVM down that exits amid a load.
            starting.orTimeout(budget.left().toNanos(), TimeUnit.NANOSECONDS).join().drain(budget);
            MeshState.delete(file);
        });
        try {
            var mesh = EmbeddedMesh.start(Home.directory(), port, settings,
                    new InMemoryStageRegistry(), FileMeshStore.open(file.resolveSibling("documents.json")));
            new MeshState(mesh.url(), ProcessHandle.current().pid(), mesh.control()).write(file);
            starting.complete(mesh);
            System.out.println("ready " + mesh.url());
        } catch (IOException | RuntimeException e) {
            System.err.println("anymesh: " + Failures.message(e));
            // Not exit: an orderly end, as the hook makes it, would look like success.
            Runtime.getRuntime().halt(1);
        }
        new CountDownLatch(1).await();
        return 0;
    }
}
