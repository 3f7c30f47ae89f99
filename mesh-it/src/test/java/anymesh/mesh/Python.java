// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The Python of the tests, which {@code ./anymesh test} sets up. Without it a test is skipped, in CI it fails. */
final class Python {
    static final Path ROOT = Path.of(System.getProperty("anymesh.root"));

    private Python() {}

    /** Runs a script that must succeed, and gives what it printed. */
    static String run(String... arguments) throws IOException, InterruptedException {
        var process = command(arguments).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Starts a script that its caller talks with and ends; what goes wrong is seen in the test's own error output. */
    static Process start(String... arguments) throws IOException {
        return command(arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** A process to be started by its caller, from the project's root. */
    static ProcessBuilder command(String... arguments) {
        var python = Path.of(System.getenv().getOrDefault("ANYMESH_PYTHON",
                System.getProperty("user.home") + "/.cache/anymesh/train-venv/bin/python"));
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            assumeTrue(Files.isExecutable(python), "needs the Python environment: run scripts/python-env");
        }
        var all = new ArrayList<>(List.of(python.toString()));
        all.addAll(List.of(arguments));
        var builder = new ProcessBuilder(all).directory(ROOT.toFile());
        builder.environment().put("PYTHONPATH", ROOT.resolve("models/src").toString());
        return builder;
    }
}
