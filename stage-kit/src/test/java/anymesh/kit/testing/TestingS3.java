// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * An S3 of its own on a free port of the loopback: the versitygw that {@code scripts/s3-bin} finds, in front of a folder, where an
 * object is a file. Tests that need one are skipped where there is none, but not under CI.
 */
public final class TestingS3 implements AutoCloseable {
    public static final String BUCKET = "films";
    public static final String ACCESS_KEY = "anymesh";
    public static final String SECRET_KEY = "don't tell anybody";

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
            var program = ServerProcesses.found("s3-bin", "--no-build", "an S3",
                    "no versitygw; scripts/s3-bin builds it");
            var folder = Files.createTempDirectory("anymesh-s3");
            var data = Files.createDirectory(folder.resolve("data"));
            Files.createDirectory(data.resolve(BUCKET));
            int port = ServerProcesses.freePort();
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

    private void awaitReady() throws IOException, InterruptedException {
        ServerProcesses.awaitReady("the S3", server, this::answers, folder.resolve("log"), this::close);
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

    /** Ends it and deletes all that it had. */
    @Override
    public void close() {
        kill();
        try {
            ServerProcesses.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
