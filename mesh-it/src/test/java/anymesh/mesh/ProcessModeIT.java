// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./anymesh up --processes} as a user types it: one story, since starting takes longest. */
@Timeout(value = 600, threadMode = ThreadMode.SEPARATE_THREAD)
final class ProcessModeIT {
    @TempDir
    private Path folder;

    @Test
    void aMeshOfProcessesServesHealsScalesAndLeavesNothingBehind() throws Exception {
        try (var mesh = MeshProcesses.start(folder, "--replicas", "generator-image=2,encoder=2")) {
            var status = MeshClient.JSON.readTree(mesh.run("status", "--json").out()).path("instances");
            var pids = StreamSupport.stream(status.spliterator(), false).map(one -> one.path("pid").asLong()).toList();
            assertThat(pids).as("consul, the gateway and nine stages").hasSize(11).doesNotHaveDuplicates();
            assertThat(Files.getPosixFilePermissions(folder.resolve("mesh.json")))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            try (var client = new MeshClient(mesh.url())) {
                assertDraws(client);
                killedStageComesBack(mesh, client);
                killedConsulComesBackAndNobodyNotices(mesh, client);
                theStageIsScaled(mesh, client);
                aStreamThatBreaksIsAnErrorToOpenAisClient(mesh);
            }
            assertThat(mesh.run("top").out()).contains("STAGE", "backbone", "1/1");
            assertThat(mesh.run("logs", "backbone", "-n", "50").out()).contains("state=SERVING");
            var all = new ArrayList<>(pids);
            mesh.instances().forEach(one -> all.add(one.pid()));
            assertThat(mesh.end()).isZero();
            assertThat(all).allMatch(pid -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
            assertThat(folder.resolve("mesh.json")).doesNotExist();
        }
    }

    private static void killedStageComesBack(MeshProcesses mesh, MeshClient client) throws Exception {
        mesh.awaitAnother("generator-image-1", mesh.kill("generator-image-1"));
        assertDraws(client);
        assertDraws(client);
    }

    private static void killedConsulComesBackAndNobodyNotices(MeshProcesses mesh, MeshClient client) throws Exception {
        long before = mesh.kill("consul");
        assertDraws(client);
        mesh.awaitAnother("consul", before);
        assertDraws(client);
    }

    private static void theStageIsScaled(MeshProcesses mesh, MeshClient client) throws Exception {
        assertThat(mesh.run("scale", "generator-image", "1").code()).isZero();
        assertThat(mesh.count("generator-image")).isEqualTo(1);
        assertDraws(client);
        assertThat(mesh.run("scale", "generator-image", "2").out()).contains("generator-image-2");
        assertThat(mesh.run("stop", "generator-image-1").code()).isZero();
        assertThat(mesh.count("generator-image")).isEqualTo(1);
        assertDraws(client);
        var misused = mesh.run("scale", "generator", "2");
        assertThat(misused.code()).isEqualTo(1);
        assertThat(mesh.errors()).contains("there is no service 'generator'");
        assertThat(mesh.run("stop", "generator-image-9").code()).isEqualTo(1);
    }

    private static void aStreamThatBreaksIsAnErrorToOpenAisClient(MeshProcesses mesh) throws Exception {
        var pid = mesh.instance("generator-video-1").pid();
        var output = Python.run("mesh-it/src/test/python/openai_trouble.py", "broken", mesh.url(), String.valueOf(pid));
        assertThat(output.lines().filter(line -> line.startsWith("ok "))).hasSize(2);
        mesh.awaitAnother("generator-video-1", mesh.kill("generator-video-1"));
    }

    private static void assertDraws(MeshClient client) throws Exception {
        var reply = client.chat("draw a red bell at the top left", Map.of("seed", 1));
        assertThat(MeshClient.text(reply)).contains("red bell");
        assertThat(MeshClient.pictures(reply)).hasSize(1);
    }
}
