// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.testcontainers.DockerClientFactory;

/** The images of the code under test, built by {@code scripts/images}, each once in this process; and those of a release. */
final class Images {
    /** What {@code scripts/images} gives them by itself, and the manifests ask for: the version that is being made. */
    static final String TAG = Release.next();
    /** The exit status of {@code scripts/images} where this clone lacks the commit of a release. */
    private static final int NO_COMMIT = 3;
    /** What was said by each build. */
    private static final Map<List<String>, String> BUILT = new HashMap<>();

    private Images() {}

    /** The full name of a service's image. */
    static String name(String service) {
        return "localhost/anymesh/%s:%s".formatted(service, TAG);
    }

    /** The full name of a service's image in a release. */
    static String name(String service, Release release) {
        return "localhost/anymesh/%s:%s".formatted(service, release.version());
    }

    /** Builds all services'. The test is skipped, or in CI fails, where nothing runs containers. */
    static void build() throws IOException, InterruptedException {
        once("--tag", TAG);
    }

    /** Builds one of a service with this bundle in the place of the built-in one, as {@link #build}, and gives its full name. */
    static String build(String service, Path bundle, String tag) throws IOException, InterruptedException {
        once("--tag", tag, "--bundle", bundle.toString(), service);
        return "localhost/anymesh/%s:%s".formatted(service, tag);
    }

    /** Builds Consul's, as {@link #build}. */
    static void buildConsul() throws IOException, InterruptedException {
        once("consul");
    }

    /**
     * Builds all services' of a release from its own commit, as {@link #build}, and gives the folder where its sources lie. Where
     * this clone lacks that commit the test is skipped, in CI too: it may have been told to fetch no history.
     */
    static Path build(Release release) throws IOException, InterruptedException {
        return Path.of(once("--release", release.version()).lines().toList().getLast());
    }

    private static synchronized String once(String... arguments) throws IOException, InterruptedException {
        if (!Boolean.parseBoolean(System.getenv("CI"))) {
            assumeTrue(DockerClientFactory.instance().isDockerAvailable(),
                    "needs a Docker API: eval \"$(scripts/docker-api start)\"");
        }
        var before = BUILT.get(List.of(arguments));
        if (before != null) {
            return before;
        }
        var command = new ArrayList<>(List.of(Python.ROOT.resolve("scripts/images").toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).directory(Python.ROOT.toFile()).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        assumeTrue(code != NO_COMMIT, output);
        assertThat(code).as(output).isZero();
        BUILT.put(List.of(arguments), output);
        return output;
    }
}
