// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import anymesh.kit.server.FreePorts;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A gateway in a process of its own, on a port that it keeps when it is started again. */
final class GatewayProcess implements AutoCloseable {
    private final Map<String, String> environment;
    private final Path log;
    private final int port;
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile Process process;

    /** Starts one with these variables. */
    GatewayProcess(Map<String, String> environment, Path log) throws IOException {
        this.environment = environment;
        this.log = log;
        port = FreePorts.of(1).getFirst();
        start();
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    long pid() {
        return process.pid();
    }

    void start() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = new ProcessBuilder(List.of(java, "@" + Python.ROOT.resolve("jvm.options"), "-Xmx256m",
                "-XX:TieredStopAtLevel=1", "anymesh.gateway.GatewayMain")).redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        var lib = Python.ROOT.resolve("cli/target/lib");
        builder.environment().put("CLASSPATH", Stream.of(lib).filter(Files::isDirectory).map(path -> path + "/*")
                .findFirst().orElse(System.getProperty("java.class.path")));
        builder.environment().put("ANYMESH_PORT", String.valueOf(port));
        builder.environment().put("ANYMESH_PARENT_PID", String.valueOf(ProcessHandle.current().pid()));
        builder.environment().putAll(environment);
        process = builder.start();
    }

    void awaitReady() {
        await().ignoreExceptions().until(() -> http.send(HttpRequest.newBuilder(URI.create(url() + "/readyz")).build(),
                HttpResponse.BodyHandlers.discarding()).statusCode() == 200);
    }

    /** {@code kill -9}; returns when it is gone. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        process.destroy();
        if (process.onExit().completeOnTimeout(process, 45, TimeUnit.SECONDS).join().isAlive()) {
            kill();
        }
        http.close();
    }
}
