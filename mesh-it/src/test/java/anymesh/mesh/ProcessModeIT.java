// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import anymesh.cli.processes.Control;
import anymesh.cli.processes.InstanceView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./anymesh up --processes} as a user types it: one story, since starting takes longest. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class ProcessModeIT {
    private static final Duration SOON = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    private record Ended(int code, String out) {}

    @Test
    void aMeshOfProcessesServesHealsScalesAndLeavesNothingBehind() throws Exception {
        requireConsul();
        var up = start("up", "--processes", "--port", "0", "--replicas", "generator-image=2,encoder=2");
        try (var lines = new BufferedReader(new InputStreamReader(up.getInputStream(), StandardCharsets.UTF_8))) {
            var url = ready(lines);
            var status = MeshClient.JSON.readTree(run("status", "--json").out()).path("instances");
            var pids = StreamSupport.stream(status.spliterator(), false).map(one -> one.path("pid").asLong()).toList();
            assertThat(pids).as("consul, the gateway and nine stages").hasSize(11).doesNotHaveDuplicates();
            assertThat(Files.getPosixFilePermissions(folder.resolve("mesh.json")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            try (var client = new MeshClient(url)) {
                assertDraws(client);
                killedStageComesBack(client);
                killedConsulComesBackAndNobodyNotices(client);
                theStageIsScaled(client);
            }
            assertThat(run("top").out()).contains("STAGE", "backbone", "1/1");
            assertThat(run("logs", "backbone", "-n", "50").out()).contains("state=SERVING");
            var all = new ArrayList<>(pids);
            instances().forEach(one -> all.add(one.pid()));
            up.destroy();
            assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(up.exitValue()).isZero();
            assertThat(all).allMatch(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
            assertThat(folder.resolve("mesh.json")).doesNotExist();
        } finally {
            // Its processes go when it is gone.
            up.destroyForcibly();
        }
    }

    private void killedStageComesBack(MeshClient client) throws Exception {
        long before = instance("generator-image-1").pid();
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        await().atMost(SOON).ignoreExceptions().until(() -> {
            var now = instance("generator-image-1");
            return now.pid() != before && now.state().equals("serving");
        });
        assertDraws(client);
        assertDraws(client);
    }

    private void killedConsulComesBackAndNobodyNotices(MeshClient client) throws Exception {
        long before = instance("consul").pid();
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        assertDraws(client);
        await().atMost(SOON).ignoreExceptions().until(() -> {
            var now = instance("consul");
            return now.pid() != before && now.state().equals("serving");
        });
        assertDraws(client);
    }

    private void theStageIsScaled(MeshClient client) throws Exception {
        assertThat(run("scale", "generator-image", "1").code()).isZero();
        assertThat(count("generator-image")).isEqualTo(1);
        assertDraws(client);
        assertThat(run("scale", "generator-image", "2").out()).contains("generator-image-2");
        assertThat(run("stop", "generator-image-1").code()).isZero();
        assertThat(count("generator-image")).isEqualTo(1);
        assertDraws(client);
        var misused = run("scale", "generator", "2");
        assertThat(misused.code()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("stderr.txt"))).contains("there is no service 'generator'");
        assertThat(run("stop", "generator-image-9").code()).isEqualTo(1);
    }

    private static void assertDraws(MeshClient client) throws Exception {
        var reply = client.chat("draw a red bell at the top left", Map.of("seed", 1));
        assertThat(MeshClient.text(reply)).contains("red bell");
        assertThat(MeshClient.pictures(reply)).hasSize(1);
    }

    private static String ready(BufferedReader lines) throws IOException {
        for (String line; (line = lines.readLine()) != null;) {
            if (line.startsWith("ready ")) {
                return line.substring("ready ".length());
            }
        }
        throw new AssertionError("the mesh ended before it was ready");
    }

    /** As the commands ask for them, but without a JVM for each look. */
    private List<InstanceView> instances() throws IOException, InterruptedException {
        var control = MeshClient.JSON.readTree(folder.resolve("mesh.json").toFile()).path("control");
        return MeshClient.JSON.treeToValue(control, Control.class).instances();
    }

    private InstanceView instance(String id) throws IOException, InterruptedException {
        return instances().stream().filter(one -> one.id().equals(id)).findFirst().orElseThrow();
    }

    private long count(String stage) throws IOException, InterruptedException {
        return instances().stream().filter(one -> one.stage().equals(stage)).count();
    }

    private static void requireConsul() throws IOException, InterruptedException {
        var search = new ProcessBuilder(Python.ROOT.resolve("scripts/consul-bin").toString(), "--no-build").inheritIO()
                .start();
        boolean isThere = search.waitFor() == 0;
        assertThat(isThere || System.getenv("CI") == null).as("Consul under CI").isTrue();
        assumeTrue(isThere, "no Consul; scripts/consul-bin builds one");
    }

    private Ended run(String... arguments) throws IOException, InterruptedException {
        var process = start(arguments);
        var out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out);
    }

    private Process start(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(Python.ROOT.resolve("anymesh").toString()));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectError(
                ProcessBuilder.Redirect.appendTo(folder.resolve("stderr.txt").toFile()));
        builder.environment().put("ANYMESH_STATE", folder.resolve("mesh.json").toString());
        return builder.start();
    }
}
