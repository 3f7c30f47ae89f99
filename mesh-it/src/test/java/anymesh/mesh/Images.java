// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.DockerClientFactory;

/** The images of the code under test, built by {@code scripts/images}, once in this process. */
final class Images {
    static final String TAG = "0.1.0";
    private static boolean isBuilt;

    private Images() {}

    /** The full name of a service's image. */
    static String name(String service) {
        return "localhost/anymesh/%s:%s".formatted(service, TAG);
    }

    /** Builds all, and Consul's. The test is skipped, or in CI fails, where nothing runs containers. */
    static synchronized void build() throws IOException, InterruptedException {
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            assumeTrue(DockerClientFactory.instance().isDockerAvailable(),
                    "needs a Docker API: eval \"$(scripts/docker-api start)\"");
        }
        if (!isBuilt) {
            run("consul");
            run("--tag", TAG);
            isBuilt = true;
        }
    }

    /** Builds an image of a service with this bundle in the place of the built-in one, and gives its full name. */
    static String build(String service, Path bundle, String tag) throws IOException, InterruptedException {
        run("--tag", tag, "--bundle", bundle.toString(), service);
        return "localhost/anymesh/%s:%s".formatted(service, tag);
    }

    private static void run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(Python.ROOT.resolve("scripts/images").toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).directory(Python.ROOT.toFile()).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }
}
