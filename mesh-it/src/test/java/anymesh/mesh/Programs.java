// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Programs of the system, which {@code scripts/examples-env} installs. Without them a test is skipped, in CI it fails. */
final class Programs {
    private Programs() {}

    /** Runs commands that need these programs and must succeed, and gives what they printed. What npm fetches is kept. */
    static String run(Path folder, Map<String, String> environment, String commands, String... programs)
            throws IOException, InterruptedException {
        Stream.of(programs).forEach(Programs::need);
        var builder = new ProcessBuilder("bash", "-ec", commands).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("npm_config_cache", System.getProperty("user.home") + "/.cache/anymesh/npm");
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    private static void need(String program) {
        var isThere = Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
        if (Boolean.parseBoolean(System.getenv("CI"))) {
            assertThat(isThere).as("%s is there", program).isTrue();
        } else {
            assumeTrue(isThere, "needs " + program + ": run scripts/examples-env");
        }
    }
}
