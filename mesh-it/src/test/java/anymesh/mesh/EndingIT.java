// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.generator.GeneratorMain;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
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
        var process = builder.start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null && !line.contains(moment);) {
                assertThat(line).doesNotContain("ERROR");
            }
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
}
