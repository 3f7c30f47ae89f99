// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.async.ResultCallback;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The images, run as they are published: what one of them may suffer under load, and nobody notices. */
@Timeout(value = 900, threadMode = ThreadMode.SEPARATE_THREAD)
final class ContainersIT {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int CALLERS = 3;
    private static final int KILLED = 137;

    /** What happens to the first instance of a service. */
    private interface Fault {
        void befall(ContainerMesh mesh, String service) throws Exception;
    }

    @Test
    void nobodyNoticesWhatHappensToOneOfTwo() throws Exception {
        try (var mesh = ContainerMesh.start(2); var load = new Load(mesh.url())) {
            nothingRunsAsRootOrCanWriteItsRoot(mesh);
            theJdksClassesAreThoseOfTheArchive(mesh);
            var faults = Map.<String, Fault>of("backbone", ContainersIT::kill, "output-projector", ContainersIT::pause,
                    "input-projector", ContainersIT::restart, "generator-image", ContainersIT::exhaust, "encoder",
                    ContainersIT::cutOff);
            load.more(10);
            for (var service : ContainerMesh.PATH) {
                faults.get(service).befall(mesh, service);
                load.more(10);
                awaitServing(mesh, service, 2);
            }
            load.more(10);
            assertThat(load.failures()).as("of %d answers", load.answered()).isEmpty();
        }
    }

    private static void nothingRunsAsRootOrCanWriteItsRoot(ContainerMesh mesh) throws Exception {
        for (var container : mesh.containers()) {
            var tried = container.execInContainer("bash", "-c", "id -u; touch /opt/written || echo refused");
            assertThat(tried.getStdout()).as(container.getDockerImageName()).isEqualTo("65532\nrefused\n");
        }
    }

    /** Or a JVM takes them out of its modules one by one, as it does in silence where its options differ from the archive's. */
    private static void theJdksClassesAreThoseOfTheArchive(ContainerMesh mesh) throws Exception {
        var tried = mesh.instances("encoder").getFirst().execInContainer("/opt/java/bin/java",
                "@/opt/anymesh/jvm.options", "-Xshare:on", "-version");
        assertThat(tried.getExitCode()).as(tried.getStdout() + tried.getStderr()).isZero();
    }

    private static void kill(ContainerMesh mesh, String service) {
        mesh.docker().killContainerCmd(id(mesh, service)).exec();
        mesh.docker().startContainerCmd(id(mesh, service)).exec();
    }

    private static void awaitServing(ContainerMesh mesh, String service, int count) {
        await(service).atMost(LONG).untilAsserted(() -> assertThat(mesh.serving(service)).isEqualTo(count));
    }

    /** For so long that Consul has given it up. */
    private static void pause(ContainerMesh mesh, String service) {
        mesh.docker().pauseContainerCmd(id(mesh, service)).exec();
        awaitServing(mesh, service, 1);
        mesh.docker().unpauseContainerCmd(id(mesh, service)).exec();
    }

    private static void cutOff(ContainerMesh mesh, String service) {
        mesh.cutOff(mesh.instances(service).getFirst(), () -> awaitServing(mesh, service, 1));
    }

    private static void restart(ContainerMesh mesh, String service) {
        mesh.docker().restartContainerCmd(id(mesh, service)).withTimeout(40).exec();
    }

    /** Fills the container's memory by another process, with the service as the one that the kernel ends for it. */
    private static void exhaust(ContainerMesh mesh, String service) {
        var docker = mesh.docker();
        var id = id(mesh, service);
        docker.execStartCmd(docker.execCreateCmd(id).withCmd("bash", "-c",
                "echo 1000 >/proc/1/oom_score_adj; head -c 2G /dev/zero | tail").exec().getId())
                .withDetach(true).exec(new ResultCallback.Adapter<>());
        await().atMost(LONG).until(() -> Boolean.FALSE.equals(docker.inspectContainerCmd(id).exec().getState()
                .getRunning()));
        assertThat(docker.inspectContainerCmd(id).exec().getState().getExitCodeLong()).isEqualTo(KILLED);
        docker.startContainerCmd(id).exec();
    }

    private static String id(ContainerMesh mesh, String service) {
        return mesh.instances(service).getFirst().getContainerId();
    }

    /** Callers who ask one after another: for a picture, and what is in one. */
    private static final class Load implements AutoCloseable {
        private final MeshClient client;
        private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicInteger answered = new AtomicInteger();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();

        Load(String url) throws IOException {
            client = new MeshClient(url);
            var bell = MeshClient.imagePart(Files.readAllBytes(Python.ROOT.resolve("models/fixtures/bell.png")));
            for (int i = 0; i < CALLERS; i++) {
                callers.execute(() -> {
                    while (!isOver.get()) {
                        ask("a picture", () -> MeshClient.pictures(client.chat("draw a red bell", Map.of("seed", 1)))
                                .size() == 1);
                        ask("what is in one", () -> MeshClient.text(client.chat(
                                List.of(bell, MeshClient.textPart("what is in the picture?")),
                                Map.of("temperature", 0)))
                                .contains("bell"));
                    }
                });
            }
        }

        private void ask(String what, Callable<Boolean> question) {
            try {
                if (!question.call()) {
                    failures.add(what + ": another answer");
                }
            } catch (Exception | AssertionError e) {
                if (!isOver.get()) {
                    failures.add(what + ": " + e);
                }
            }
            answered.incrementAndGet();
        }

        int answered() {
            return answered.get();
        }

        List<String> failures() {
            return List.copyOf(failures);
        }

        /** Waits until so many more requests have been answered. */
        void more(int count) {
            int before = answered.get();
            await().atMost(LONG).until(() -> answered.get() >= before + count);
        }

        @Override
        public void close() {
            isOver.set(true);
            callers.close();
            client.close();
        }
    }
}
