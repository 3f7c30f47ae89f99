// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import anymesh.cli.processes.Control;
import anymesh.cli.processes.InstanceView;
import anymesh.cli.processes.LogFiles;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;

/** {@code ./anymesh up --processes} as a user types it, and its other commands on that mesh. Closing it ends all processes. */
final class MeshProcesses implements AutoCloseable {
    static final Duration SOON = Duration.ofMinutes(2);
    private static final int LAST = 20;

    private final Path folder;
    private final Process up;
    private final String url;

    /** What a command printed, and its exit status. */
    record Ended(int code, String out) {}

    private MeshProcesses(Path folder, Process up, String url) {
        this.folder = folder;
        this.up = up;
        this.url = url;
    }

    /** Starts a mesh with its state in a folder and waits until it is ready; skips the test if there is no Consul. */
    static MeshProcesses start(Path folder, String... options) throws IOException, InterruptedException {
        requireConsul();
        var arguments = new ArrayList<>(List.of("up", "--processes", "--port", "0"));
        arguments.addAll(List.of(options));
        var up = launch(folder, arguments.toArray(String[]::new));
        try {
            var lines = new BufferedReader(new InputStreamReader(up.getInputStream(), StandardCharsets.UTF_8));
            return new MeshProcesses(folder, up, ready(lines));
        } catch (IOException | RuntimeException | Error e) {
            up.destroy();
            throw e;
        }
    }

    String url() {
        return url;
    }

    Path folder() {
        return folder;
    }

    /** Runs a command on this mesh. */
    Ended run(String... arguments) throws IOException, InterruptedException {
        var process = launch(folder, arguments);
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    /** What commands wrote to standard error so far. */
    String errors() throws IOException {
        return Files.readString(folder.resolve("stderr.txt"));
    }

    /** As the commands ask for them, but without a JVM for each look. */
    List<InstanceView> instances() throws IOException, InterruptedException {
        return control().instances();
    }

    Control control() throws IOException {
        var control = MeshClient.JSON.readTree(folder.resolve("mesh.json").toFile()).path("control");
        return MeshClient.JSON.treeToValue(control, Control.class);
    }

    InstanceView instance(String id) throws IOException, InterruptedException {
        return instances().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }

    long count(String stage) throws IOException, InterruptedException {
        return instances().stream().filter(one -> one.stage().equals(stage)).count();
    }

    /** What the gateway counts. */
    Scrape gateway() throws IOException, InterruptedException {
        return Scrape.of(url.substring("http://".length()));
    }

    /** Sends a signal to an instance, such as {@code STOP}; gives the process's id. */
    long signal(String name, String id) throws IOException, InterruptedException {
        long pid = instance(id).pid();
        var kill = new ProcessBuilder("kill", "-" + name, String.valueOf(pid)).inheritIO().start();
        assertThat(kill.waitFor()).as("kill -%s %s", name, id).isZero();
        return pid;
    }

    /** {@code kill -9}; gives the process's id. */
    long kill(String id) throws IOException, InterruptedException {
        return signal("KILL", id);
    }

    /** Waits until an instance serves that is not this process any more. */
    void awaitAnother(String id, long before) {
        try {
            await().atMost(SOON).ignoreExceptions().until(() -> {
                var now = instance(id);
                return now.pid() != before && now.state().equals("serving");
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("%s, process %d before, does not serve again:%n%s".formatted(id, before, told(id)),
                    e);
        }
    }

    /** What the supervisor, the instance and Consul said last, and how it is now: all that is left of a mesh once its test has failed. */
    private String told(String id) {
        var told = new ByteArrayOutputStream();
        try (var out = new PrintStream(told, true, StandardCharsets.UTF_8)) {
            out.printf("%d MB are free%n%s", folder.toFile().getUsableSpace() >> 20, errors());
            var logs = new LogFiles(folder.resolve("logs"));
            for (var name : List.of(id, "consul")) {
                out.println("== " + name);
                logs.print(List.of(name), LAST, out);
            }
            instances().forEach(out::println);
        } catch (IOException | InterruptedException | RuntimeException e) {
            return told.toString(StandardCharsets.UTF_8) + e;
        }
        return told.toString(StandardCharsets.UTF_8);
    }

    /** Ends the mesh as an operator does and gives the exit status. */
    int end() throws InterruptedException {
        up.destroy();
        assertThat(up.waitFor(60, TimeUnit.SECONDS)).as("the mesh ends in time").isTrue();
        return up.exitValue();
    }

    /** Ends it, if it was not ended; its processes go when it is gone. */
    @Override
    public void close() {
        up.destroy();
        if (up.onExit().completeOnTimeout(up, 60, TimeUnit.SECONDS).join().isAlive()) {
            up.destroyForcibly();
        }
    }

    private static String ready(BufferedReader lines) throws IOException {
        for (String line; (line = lines.readLine()) != null;) {
            if (line.startsWith("ready ")) {
                return line.substring("ready ".length());
            }
        }
        throw new AssertionError("the mesh ended before it was ready");
    }

    private static void requireConsul() throws IOException, InterruptedException {
        var search = new ProcessBuilder(Python.ROOT.resolve("scripts/consul-bin").toString(), "--no-build").inheritIO()
                .start();
        boolean isThere = search.waitFor() == 0;
        assertThat(isThere || System.getenv("CI") == null).as("Consul under CI").isTrue();
        assumeTrue(isThere, "no Consul; scripts/consul-bin builds one");
    }

    private static Process launch(Path folder, String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(Python.ROOT.resolve("anymesh").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(
                ProcessBuilder.Redirect.appendTo(folder.resolve("stderr.txt").toFile()));
        builder.environment().put("ANYMESH_STATE", folder.resolve("mesh.json").toString());
        builder.environment().put("ANYMESH_MEDIACACHEBYTES", "0"); // each picture through all hops, however often it is sent
        return builder.start();
    }
}
