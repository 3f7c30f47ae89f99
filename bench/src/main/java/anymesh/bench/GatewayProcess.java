// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.gateway.StaticEndpoints;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.server.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A gateway in a process of its own, in front of stages that run elsewhere. */
final class GatewayProcess implements AutoCloseable {
    private static final String JAVA = Path.of(System.getProperty("java.home"), "bin").toString();

    private final Process process;
    private final String url;
    private final Path config;

    private GatewayProcess(Process process, String url, Path config) {
        this.process = process;
        this.url = url;
        this.config = config;
    }

    static GatewayProcess start(Path home, List<StageInstance> stages) throws IOException, InterruptedException {
        int port = FreePorts.of(1).getFirst();
        var endpoints = stages.stream()
                .collect(Collectors.groupingBy(stage -> StaticEndpoints.key(ServiceKind.require(stage.service())),
                        Collectors.mapping(stage -> "\"%s:%d\"".formatted(stage.host(), stage.grpcPort()),
                                Collectors.joining(", ", "[", "]"))));
        var config = Files.createTempFile("gateway", ".yaml");
        Files.writeString(config,
                "port: %d\nhttp: {maxConcurrent: 4096}\nstages: {stallTimeout: PT10M}\nrequestTimeout: PT10M\nendpoints:\n%s"
                        .formatted(port,
                                endpoints.entrySet().stream()
                                        .map(entry -> "  %s: %s%n".formatted(entry.getKey(), entry.getValue()))
                                        .collect(Collectors.joining())));
        var builder = new ProcessBuilder(Path.of(JAVA, "java").toString(), "@" + home.resolve("jvm.options"),
                "anymesh.gateway.GatewayMain", "--config", config.toString()).inheritIO();
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        var gateway = new GatewayProcess(builder.start(), "http://127.0.0.1:" + port, config);
        Answering.await(gateway.process, gateway.url + "/readyz");
        return gateway;
    }

    String url() {
        return url;
    }

    /** What all its threads have used so far. */
    long cpuNanos() {
        return process.info().totalCpuDuration().orElseThrow().toNanos();
    }

    /** What is left of its heap after a collection. */
    long liveBytes() throws IOException {
        return Heap.liveBytes(process);
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
        try {
            Files.delete(config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
