// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An S3 of its own on a free port of the loopback: the versitygw that {@code scripts/s3-bin} finds, in front of a folder, where an
 * object is a file. Tests that need one are skipped where there is none, but not under CI.
 */
public final class TestingS3 implements AutoCloseable {
    public static final String BUCKET = "films";
    public static final String ACCESS_KEY = "anymesh";
    public static final String SECRET_KEY = "don't tell anybody";
    private static final Path ROOT = Path.of(System.getProperty("anymesh.root", "."));
    private static final int SECONDS = 60;

    private final Path folder;
    private final int port;
    private final ProcessBuilder command;
    private Process server;

    private TestingS3(Path folder, int port, ProcessBuilder command, Process server) {
        this.folder = folder;
        this.port = port;
        this.command = command;
        this.server = server;
    }

    /** Starts one with {@link #BUCKET}, and waits until it answers. */
    public static TestingS3 start() {
        try {
            var program = program();
            var folder = Files.createTempDirectory("anymesh-s3");
            var data = Files.createDirectory(folder.resolve("data"));
            Files.createDirectory(data.resolve(BUCKET));
            int port = freePort();
            var command = new ProcessBuilder(program.toString(), "--port", "127.0.0.1:" + port, "--quiet", "posix",
                    // What is kept of an object besides its bytes: else in attributes of its file, which not every file system has.
                    "--sidecar", Files.createDirectory(folder.resolve("about")).toString(), data.toString())
                    .redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
            command.environment().putAll(Map.of("ROOT_ACCESS_KEY", ACCESS_KEY, "ROOT_SECRET_KEY", SECRET_KEY));
            var started = new TestingS3(folder, port, command, command.start());
            started.awaitReady();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path program() throws IOException, InterruptedException {
        var search = new ProcessBuilder(ROOT.resolve("scripts/s3-bin").toString(), "--no-build")
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        var found = new String(search.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        boolean isThere = search.waitFor() == 0;
        assertThat(isThere || System.getenv("CI") == null).as("an S3 under CI").isTrue();
        assumeTrue(isThere, "no versitygw; scripts/s3-bin builds it");
        return Path.of(found);
    }

    private void awaitReady() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!answers()) {
            if (!server.isAlive() || System.nanoTime() > end) {
                var log = Files.readString(folder.resolve("log"));
                close();
                throw new IllegalStateException("the S3 did not start: " + log);
            }
            Thread.sleep(50);
        }
    }

    private boolean answers() {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    public String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** Where the objects of {@link #BUCKET} are files. */
    public Path bucket() {
        return folder.resolve("data").resolve(BUCKET);
    }

    /** Ends it as a power cut would, and leaves what it had. */
    public void kill() {
        try {
            server.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it again at the same address. */
    public void restart() {
        try {
            server = command.start();
            awaitReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Ends it and deletes all that it had. */
    @Override
    public void close() {
        kill();
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
