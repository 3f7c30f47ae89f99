// SPDX-License-Identifier: Apache-2.0
package anymesh.cli;

import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.StageMain;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code anymesh up}: the mesh in this process until SIGTERM or Ctrl-C, which drain it. */
@Command(name = "up", mixinStandardHelpOptions = true, description = "Starts the mesh and serves until it is stopped.")
final class UpCommand implements Callable<Integer> {
    @Option(names = "--port", defaultValue = "8080", paramLabel = "N", description = "port of the gateway on 127.0.0.1; 0 takes a free one (default: ${DEFAULT-VALUE})")
    private int port;

    @Override
    public Integer call() throws InterruptedException {
        var file = Home.stateFile();
        var other = MeshState.running(file);
        if (other.isPresent()) {
            System.err.printf("anymesh: a mesh already runs at %s (process %d)%n", other.get().url(),
                    other.get().pid());
            return 1;
        }
        var registry = new InMemoryStageRegistry();
        var mesh = EmbeddedMesh.start(Home.directory(), port, registry);
        var ended = new AtomicBoolean();
        registry.watch(instances -> {
            if (!ended.get()) {
                new MeshState(mesh.url(), ProcessHandle.current().pid(),
                        instances.stream().map(MeshState.Instance::of).toList()).write(file);
            }
        });
        StageMain.onTermination(() -> {
            mesh.drain();
            ended.set(true);
            MeshState.delete(file);
        });
        System.out.println("ready " + mesh.url());
        new CountDownLatch(1).await();
        return 0;
    }
}
