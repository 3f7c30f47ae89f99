// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Capability;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.lifecycle.Startables;

/**
 * The path of a request over containers of the images that {@code scripts/images} builds, on a network of their own with a real
 * Consul: one gateway and so many of each stage. Every container is confined as {@code compose.yaml} confines it.
 */
final class ContainerMesh implements AutoCloseable {
    static final List<String> PATH = List.of("encoder", "input-projector", "backbone", "output-projector",
            "generator-image");
    private static final Duration START = Duration.ofMinutes(3);
    private static final int HTTP = 8080;
    private static final int CONSUL = 8500;
    private static final long MEGABYTE = 1 << 20;
    private static final long STAGE_MEMORY = 512 * MEGABYTE;
    private static final long GATEWAY_MEMORY = 1536 * MEGABYTE;

    private final Network network = Network.newNetwork();
    private final Map<String, List<GenericContainer<?>>> stages = new LinkedHashMap<>();
    private final List<GenericContainer<?>> all = new ArrayList<>();
    private final GenericContainer<?> gateway;
    private final GenericContainer<?> consul;

    private ContainerMesh(int replicas) {
        consul = add(new GenericContainer<>("localhost/anymesh/consul:local"), "consul", 0)
                .withCommand("agent", "-dev", "-client", "0.0.0.0").withExposedPorts(CONSUL)
                .waitingFor(Wait.forLogMessage(".*New leader elected.*", 1));
        start(List.of(consul));
        gateway = confined("gateway", GATEWAY_MEMORY).withEnv("ANYMESH_REGISTRY_KIND", "CONSUL")
                .withEnv("ANYMESH_REGISTRY_CONSUL_ADDRESS", "consul:8500")
                .withEnv("ANYMESH_MEDIACACHEBYTES", "0").withExposedPorts(HTTP)
                .waitingFor(Wait.forHttp("/readyz").forPort(HTTP));
        for (var service : PATH) {
            stages.put(service, Stream.<GenericContainer<?>>generate(() -> stage(service)).limit(replicas).toList());
        }
        start(Stream.concat(Stream.of(gateway), stages.values().stream().flatMap(List::stream)).toList());
    }

    /** Builds the images and starts all of them; the test is skipped, or in CI fails, where nothing runs containers. */
    static ContainerMesh start(int replicas) throws IOException, InterruptedException {
        Images.buildConsul();
        Images.build();
        return new ContainerMesh(replicas);
    }

    private GenericContainer<?> stage(String service) {
        return confined(service, STAGE_MEMORY).withEnv("ANYMESH_STAGE_REGISTRY_KIND", "CONSUL")
                .withEnv("ANYMESH_STAGE_REGISTRY_CONSUL_ADDRESS", "consul:8500")
                .waitingFor(Wait.forLogMessage(".*state=SERVING.*", 1));
    }

    private GenericContainer<?> confined(String service, long memory) {
        return add(new GenericContainer<>(Images.name(service)), service, memory);
    }

    private GenericContainer<?> add(GenericContainer<?> container, String alias, long memory) {
        container.withNetwork(network).withNetworkAliases(alias).withStartupTimeout(START)
                .withCreateContainerCmdModifier(create -> {
                    var host = Objects.requireNonNull(create.getHostConfig());
                    host.withReadonlyRootfs(true).withTmpFs(Map.of("/tmp", "")).withCapDrop(Capability.ALL)
                            .withSecurityOpts(List.of("no-new-privileges"));
                    if (memory > 0) {
                        host.withMemory(memory);
                    }
                });
        all.add(container);
        return container;
    }

    private static void start(List<GenericContainer<?>> containers) {
        Startables.deepStart(containers).join();
    }

    String url() {
        return "http://%s:%d".formatted(gateway.getHost(), gateway.getMappedPort(HTTP));
    }

    List<GenericContainer<?>> containers() {
        return List.copyOf(all);
    }

    List<GenericContainer<?>> instances(String service) {
        return Objects.requireNonNull(stages.get(service));
    }

    /** How many instances of a service pass Consul's check. */
    int serving(String service) throws IOException, InterruptedException {
        var uri = URI.create("http://%s:%d/v1/health/service/%s?passing=true".formatted(consul.getHost(),
                consul.getMappedPort(CONSUL), service));
        try (var http = HttpClient.newHttpClient()) {
            return MeshClient.JSON.readTree(http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                    .body()).size();
        }
    }

    DockerClient docker() {
        return DockerClientFactory.instance().client();
    }

    /** It vanishes, and comes back, perhaps with another address, when that is over. */
    void cutOff(GenericContainer<?> container, Runnable meanwhile) {
        docker().disconnectFromNetworkCmd().withContainerId(container.getContainerId())
                .withNetworkId(network.getId()).withForce(true).exec();
        meanwhile.run();
        docker().connectToNetworkCmd().withContainerId(container.getContainerId()).withNetworkId(network.getId())
                .exec();
    }

    @Override
    public void close() {
        all.reversed().forEach(GenericContainer::stop);
        network.close();
    }
}
