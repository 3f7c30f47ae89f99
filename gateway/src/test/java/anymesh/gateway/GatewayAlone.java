// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.StageDescription;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

/** A gateway with its defaults in a JVM of its own, whose heap a test chooses; its stages are the test's. */
final class GatewayAlone implements AutoCloseable {
    private final Process process;
    private final TestingClient client;

    private GatewayAlone(Process process, int port) {
        this.process = process;
        client = new TestingClient(port);
    }

    /** Starts it with these JVM options; it ends at the first {@code OutOfMemoryError}. */
    static GatewayAlone start(List<String> options, Collection<StageInstance> stages) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + Path.of(System.getProperty("anymesh.root"), "jvm.options"));
        command.add("-XX:+ExitOnOutOfMemoryError");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), GatewayAlone.class.getName()));
        stages.forEach(stage -> command.add(stage.id() + " " + stage.service() + " " + stage.grpcPort() + " "
                + Base64.getEncoder().encodeToString(stage.description().toByteArray())));
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        for (var line = process.inputReader().readLine(); line != null; line = process.inputReader().readLine()) {
            if (line.startsWith("port ")) {
                return new GatewayAlone(process, Integer.parseInt(line.substring("port ".length())));
            }
        }
        throw new IOException("the gateway ended with " + process.destroyForcibly().exitValue());
    }

    TestingClient client() {
        return client;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] stages) throws IOException {
        var registry = new InMemoryStageRegistry();
        for (String stage : stages) {
            var parts = stage.split(" ", -1);
            registry.put(new StageInstance(parts[0], parts[1], "127.0.0.1", Integer.parseInt(parts[2]), 0, 1,
                    StageState.SERVING, description(parts[3])));
        }
        var config = GatewayConfig.defaults().onPort(0);
        var gateway = Gateway.start(Vertx.vertx(), config, registry, Shared.alone(),
                new WireMemory("gateway", config.memoryBytes()));
        System.out.println("port " + gateway.port());
        while (System.in.read() >= 0) {
            // until the test has gone
        }
        Runtime.getRuntime().halt(0);
    }

    private static StageDescription description(String base64) {
        try {
            return StageDescription.parseFrom(Base64.getDecoder().decode(base64));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
