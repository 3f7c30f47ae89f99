// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.generator.GeneratorMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A stage in a process of its own that is told to go at awkward moments. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class EndingIT {
    @TempDir
    private Path folder;

    /** Before there is an ONNX Runtime; with one session made and others to come; and while it serves. */
    @ParameterizedTest
    @ValueSource(strings = {"state=LOADING", "ProviderLadder model=", "state=SERVING"})
    void aStageEndsInOrderWhateverItIsDoing(String moment) throws Exception {
        var process = start(Map.of());
        try (var lines = lines(process)) {
            readUntil(lines, moment);
            process.toHandle().destroy(); // a Process would close the stream too
            var rest = lines.lines().toList();
            assertThat(process.waitFor()).as(rest.stream().collect(Collectors.joining("\n"))).isZero();
            assertThat(rest).anyMatch(line -> line.endsWith("state=STOPPED"));
            if (!moment.equals("state=SERVING")) {
                assertThat(rest).noneMatch(line -> line.endsWith("state=SERVING"));
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(List.of(folder.toFile().list())).isEmpty();
    }

    @Test
    void aSecondSignalEndsItAtOnce() throws Exception {
        var process = start(Map.of("ANYMESH_STAGE_LAMEDUCK", "PT1H", "ANYMESH_STAGE_DRAINTIMEOUT", "PT2H"));
        try (var lines = lines(process)) {
            readUntil(lines, "state=SERVING");
            process.toHandle().destroy();
            readUntil(lines, "state=DRAINING");
            // Those that follow within a second are taken for the first one.
            while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                process.toHandle().destroy();
            }
            assertThat(process.exitValue()).isEqualTo(1);
            assertThat(lines.lines()).anyMatch(line -> line.contains("told to go a second time"))
                    .noneMatch(line -> line.endsWith("state=STOPPED"));
        } finally {
            process.destroyForcibly();
        }
    }

    private static BufferedReader lines(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    private static void readUntil(BufferedReader lines, String moment) throws IOException {
        for (String line; (line = lines.readLine()) != null && !line.contains(moment);) {
            assertThat(line).doesNotContain("ERROR");
        }
    }

    /** A generator with more in its environment. */
    private Process start(Map<String, String> environment) throws IOException {
        // In the test's folder, for a JVM that crashes writes its report where it stands, and others leave temporary files.
        var builder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Python.ROOT.resolve("jvm.options"), "-Djava.io.tmpdir=" + folder, GeneratorMain.class.getName())
                .directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        builder.environment().put("ANYMESH_LOG", "INFO");
        builder.environment().put("ANYMESH_MODALITY", "video");
        builder.environment().put("ANYMESH_STAGE_GRPCPORT", "0");
        builder.environment().put("ANYMESH_STAGE_HTTPPORT", "0");
        builder.environment().put("ANYMESH_STAGE_BUNDLE",
                Python.ROOT.resolve("models/toyworld/generator-video").toString());
        builder.environment().putAll(environment);
        return builder.start();
    }
}
