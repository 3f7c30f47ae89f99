// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code scripts/archive} makes, unpacked elsewhere by somebody who has a Java but no compiler, no Maven and no sources. */
final class ArchiveIT {
    /** All that the launcher may call, and what ffmpeg is fenced by. */
    private static final List<String> COMMANDS = List.of("bash", "dirname", "readlink", "grep", "nice", "prlimit");

    @TempDir
    private Path folder;

    @Test
    void anInstalledCopyDrawsWithJavaAlone() throws Exception {
        if (!Files.isExecutable(Path.of("/usr/bin/zip"))) {
            KubeCluster.missing("zip");
        }
        var made = run(new ProcessBuilder(Python.ROOT.resolve("scripts/archive").toString()));
        var archive = Python.ROOT.resolve(made.lines().toList().getLast().replaceAll("  .*", ""));
        run(new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString()));
        var installed = folder.resolve(archive.getFileName().toString().replace(".tar.gz", ""));
        assertThat(DocumentsTest.brokenLinks(installed)).isEmpty();

        assertThat(run(launcher(installed, "--version"))).startsWith("anymesh " + Release.next());
        var answer = run(launcher(installed, "ask", "--json", "--seed", "1", "--out", folder.resolve("out").toString(),
                "draw a red bell at the top left"));
        assertThat(answer).contains("red bell").doesNotContain("building");
        assertThat(Files.readAllBytes(folder.resolve("out/answer-001.png"))).startsWith(0x89, 'P', 'N', 'G');
    }

    private ProcessBuilder launcher(Path installed, String... arguments) throws IOException {
        var bin = Files.createDirectories(folder.resolve("bin"));
        for (var command : COMMANDS) {
            var link = bin.resolve(command);
            if (!Files.exists(link)) {
                Files.createSymbolicLink(link, Path.of("/usr/bin", command));
            }
        }
        var command = new ProcessBuilder("/usr/bin/bash", installed.resolve("anymesh").toString());
        command.command().addAll(List.of(arguments));
        command.directory(folder.toFile()).environment().putAll(
                Map.of("PATH", bin.toString(), "HOME", folder.toString(), "JAVA_HOME", runtime().toString()));
        command.environment().keySet().removeIf(name -> name.startsWith("ANYMESH_") || name.startsWith("DJL_"));
        return command;
    }

    /** This Java without its compiler. */
    private Path runtime() throws IOException {
        var home = Path.of(System.getProperty("java.home"));
        var runtime = folder.resolve("java");
        if (!Files.exists(runtime)) {
            Files.createDirectories(runtime.resolve("bin"));
            Files.createSymbolicLink(runtime.resolve("release"), home.resolve("release"));
            Files.createSymbolicLink(runtime.resolve("bin/java"), home.resolve("bin/java"));
        }
        return runtime;
    }

    private static String run(ProcessBuilder command) throws IOException, InterruptedException {
        var process = command.redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
