// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PostgreSQL of its own on a free port of the loopback, with the programs that {@code scripts/postgres-bin} finds. Tests that need
 * one are skipped where there are none, but not under CI.
 */
public final class TestingPostgres implements AutoCloseable {
    public static final String USER = "anymesh";
    public static final String PASSWORD = "wouldn't you like to know";

    private final Path programs;
    private final Path folder;
    private final int port;
    private final Process server;
    private final AtomicInteger databases = new AtomicInteger();

    private TestingPostgres(Path programs, Path folder, int port, Process server) {
        this.programs = programs;
        this.folder = folder;
        this.port = port;
        this.server = server;
    }

    /** Starts one, and waits until it answers. */
    public static TestingPostgres start() {
        try {
            var programs = ServerProcesses.found("postgres-bin", "--no-install", "PostgreSQL",
                    "no PostgreSQL; scripts/postgres-bin installs it");
            var folder = Files.createTempDirectory("anymesh-postgres");
            var password = Files.writeString(folder.resolve("password"), PASSWORD);
            if (isRoot()) {
                run(List.of("chown", "-R", "postgres:", folder.toString()));
            }
            var data = folder.resolve("data").toString();
            run(asOther(programs.resolve("initdb").toString(), "-D", data, "-U", USER, "--auth=scram-sha-256",
                    "--pwfile=" + password, "-E", "UTF8", "--locale=C", "--no-sync"));
            int port = ServerProcesses.freePort();
            // Processes are killed in tests, not the machine: nothing has to reach the disk.
            var server = new ProcessBuilder(asOther(programs.resolve("postgres").toString(), "-D", data, "-p",
                    String.valueOf(port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=" + folder,
                    "-c", "fsync=off")).redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile())
                    .start();
            var started = new TestingPostgres(programs, folder, port, server);
            started.awaitReady();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        ServerProcesses.awaitReady("PostgreSQL", server, this::answers, folder.resolve("log"), this::close);
    }

    private boolean answers() throws IOException, InterruptedException {
        return new ProcessBuilder(programs.resolve("pg_isready").toString(), "-q", "-h", "127.0.0.1", "-p",
                String.valueOf(port)).start().waitFor() == 0;
    }

    /** Makes one more database, and says where it is: {@code postgresql://host:port/name}. */
    public String newDatabase() {
        var name = "jobs" + databases.incrementAndGet();
        try {
            var create = new ProcessBuilder(programs.resolve("createdb").toString(), "-h", "127.0.0.1", "-p",
                    String.valueOf(port), "-U", USER, name);
            create.environment().put("PGPASSWORD", PASSWORD);
            run(create);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return "postgresql://127.0.0.1:" + port + "/" + name;
    }

    /** initdb and the server refuse to be root; Debian's package makes them a user. */
    private static List<String> asOther(String... command) {
        var all = new ArrayList<String>();
        if (isRoot()) {
            all.addAll(List.of("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"));
        }
        all.addAll(List.of(command));
        return all;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        run(new ProcessBuilder(command));
    }

    private static void run(ProcessBuilder command) throws IOException, InterruptedException {
        var process = command.redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(command.command() + ": " + said);
        }
    }

    /** Ends it without waiting for its clients, and deletes all that it had. */
    @Override
    public void close() {
        try {
            new ProcessBuilder("kill", "-INT", String.valueOf(server.pid())).start().waitFor();
            if (!server.waitFor(ServerProcesses.SECONDS, TimeUnit.SECONDS)) {
                server.destroyForcibly();
            }
            ServerProcesses.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
