// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.server.FreePorts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;

/** What servers have in common that tests start as processes of their own, each with a folder of its own. */
final class ServerProcesses {
    static final int SECONDS = 60;

    private static final Path ROOT = Path.of(System.getProperty("anymesh.root", "."));

    private ServerProcesses() {}

    /** What a script of the project finds without making it. Where that is nothing the test is skipped, but under CI it fails. */
    static Path found(String script, String option, String what, String otherwise)
            throws IOException, InterruptedException {
        var search = new ProcessBuilder(ROOT.resolve("scripts").resolve(script).toString(), option)
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var found = new String(search.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean isThere = search.waitFor() == 0;
        assertThat(isThere || System.getenv("CI") == null).as("%s under CI", what).isTrue();
        assumeTrue(isThere, otherwise);
        return Path.of(found);
    }

    static int freePort() {
        return FreePorts.of(1).getFirst();
    }

    /** Whether a server answers. */
    @FunctionalInterface
    interface Knock {
        boolean isAnswered() throws IOException, InterruptedException;
    }

    /** Waits until a server answers; if it doesn't, {@code close} is run and what it wrote in {@code log} is told. */
    static void awaitReady(String what, Process server, Knock knock, Path log, Runnable close)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!knock.isAnswered()) {
            if (!server.isAlive() || System.nanoTime() > end) {
                var said = Files.readString(log);
                close.run();
                throw new IllegalStateException(what + " did not start: " + said);
            }
            Thread.sleep(50);
        }
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
