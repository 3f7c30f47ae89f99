// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.server.FreePorts;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A real Consul agent on loopback that forgets everything when it stops. Where there is no Consul, the test is skipped
 * and says so; under CI it fails.
 */
public final class ConsulAgent implements AutoCloseable {
    private static final Path ROOT = Path.of(System.getProperty("anymesh.root"));

    private final List<String> command;
    private final Path log;
    private final int port;
    private Process process;

    private ConsulAgent(List<String> command, Path log, int port) {
        this.command = command;
        this.log = log;
        this.port = port;
        this.process = launch();
    }

    /** Starts one; {@code config} is HCL on top of a plain development agent. With a tls block its API is HTTPS. */
    public static ConsulAgent start(Path folder, String config) {
        return start(folder, config, config.contains("tls {"));
    }

    /** As {@link #start}, with the API over HTTP whatever the configuration. */
    public static ConsulAgent startPlain(Path folder, String config) {
        return start(folder, config, false);
    }

    private static ConsulAgent start(Path folder, String config, boolean tls) {
        for (int tries = 1;; tries++) {
            try {
                return start(folder, config, tls, FreePorts.of(3));
            } catch (AssertionError e) {
                // Somebody may have taken one of its ports meanwhile.
                if (tries == 3 || !String.valueOf(e.getMessage()).contains("address already in use")) {
                    throw e;
                }
            }
        }
    }

    private static ConsulAgent start(Path folder, String config, boolean tls, List<Integer> ports) {
        int http = ports.getFirst();
        var file = folder.resolve("consul-%d.hcl".formatted(http));
        try {
            Files.writeString(file, config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var command = new ArrayList<>(List.of(binary(), "agent", "-dev", "-node=test", "-bind=127.0.0.1",
                "-client=127.0.0.1", "-http-port=" + (tls ? -1 : http), "-https-port=" + (tls ? http : -1),
                "-server-port=" + ports.get(1), "-serf-lan-port=" + ports.get(2), "-serf-wan-port=-1", "-grpc-port=-1",
                "-grpc-tls-port=-1", "-dns-port=-1", "-config-file=" + file));
        return new ConsulAgent(command, folder.resolve("consul-%d.log".formatted(http)), http);
    }

    /** The path of the binary; aborts the test if there is none. */
    public static String binary() {
        try {
            var search = new ProcessBuilder(ROOT.resolve("scripts/consul-bin").toString(), "--no-build").start();
            var path = new String(search.getInputStream().readAllBytes(), UTF_8).strip();
            if (search.waitFor() != 0) {
                var reason = new String(search.getErrorStream().readAllBytes(), UTF_8).strip();
                return System.getenv("CI") == null ? abort(reason) : fail(reason);
            }
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** Kills the agent as it stands. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts it again, with nothing in it. */
    public void startAgain() {
        process = launch();
    }

    private Process launch() {
        try {
            int before = Files.exists(log) ? Files.readString(log).length() : 0;
            var started = new ProcessBuilder(command).redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
            try {
                Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                    if (!started.isAlive()) {
                        fail("Consul ended: " + Files.readString(log));
                    }
                    return accepts() && Files.readString(log).substring(before).contains("New leader elected");
                });
            } catch (RuntimeException | Error e) {
                started.destroyForcibly();
                throw e;
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean accepts() {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException _) {
            return false;
        }
    }

    @Override
    public void close() {
        kill();
    }
}
