// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.http.HttpLimits;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Capability;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.FrameHandler;
import anymesh.wire.call.FrameServer;
import anymesh.wire.call.WireTransport;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A gateway and five stage servers in this process, over real gRPC and HTTP on loopback. */
final class TestingMesh implements AutoCloseable {
    final WireMemory stageMemory = new WireMemory("stages", 64 << 20);
    final WireMemory memory = new WireMemory("gateway", 64 << 20);
    final TestingStages stages = new TestingStages(stageMemory);
    final InMemoryStageRegistry registry = new InMemoryStageRegistry();
    final TestingClient client;

    /** What tests put in the place of a stage. */
    volatile FrameHandler<EncodeRequest, EncodeResponse> encoder = stages::encode;
    volatile FrameHandler<BackboneRequest, BackboneEvent> backbone = stages::reason;
    volatile FrameHandler<GeneratorRequest, GeneratorEvent> generator = stages::generate;

    private final Vertx vertx = Vertx.vertx();
    private final List<Server> servers = new ArrayList<>();
    private final Map<String, StageInstance> instances = new HashMap<>();
    private final Gateway gateway;

    static GatewayConfig config() {
        var defaults = GatewayConfig.defaults();
        return new GatewayConfig(defaults.host(), 0, Duration.ofSeconds(30), Duration.ofSeconds(5),
                defaults.heartbeat(), new HttpLimits(1 << 20, 8 << 20, 64, 4, defaults.http().bodyTimeout()),
                List.of("https://app.example.org"), defaults.memoryBytes(), StaticEndpoints.none());
    }

    TestingMesh() {
        this(config());
    }

    TestingMesh(GatewayConfig config) {
        var methods = new StageMethods(stageMemory);
        serve("encoder", FrameServer.method(methods.encode(), (q, c, o) -> encoder.handle(q, c, o)),
                capability("", "toy-image"));
        serve("input-projector", FrameServer.method(methods.projectInput(), stages::projectInput),
                capability("toy-image", "toy-llm"));
        serve("backbone", FrameServer.method(methods.generateText(), (q, c, o) -> backbone.handle(q, c, o)),
                capability("toy-llm", "toy-signal"));
        serve("output-projector", FrameServer.method(methods.projectOutput(), stages::projectOutput),
                capability("toy-signal", "toy-cond"));
        serve("generator-image", FrameServer.method(methods.generateMedia(), (q, c, o) -> generator.handle(q, c, o)),
                capability("toy-cond", "").toBuilder().addSizes("128x128").addSizes("256x256").build());
        gateway = Gateway.start(vertx, config, registry, memory);
        client = new TestingClient(gateway.port());
    }

    private static Capability capability(String accepts, String produces) {
        var capability = Capability.newBuilder().setModality(Modality.IMAGE);
        if (!accepts.isEmpty()) {
            capability.addAccepts(accepts);
        }
        if (!produces.isEmpty()) {
            capability.addProduces(produces);
        }
        return capability.build();
    }

    private void serve(String service, ServerMethodDefinition<?, ?> method, Capability capability) {
        var name = String.valueOf(method.getMethodDescriptor().getServiceName());
        var server = WireTransport.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(ServerServiceDefinition.builder(name).addMethod(method).build())
                .build();
        try {
            servers.add(server.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var description = StageDescription.newBuilder().setService(service).setInstanceId(service + "-1")
                .setBundle("toyworld").setVersion("1.0.0").addCapabilities(capability).build();
        var instance = new StageInstance(service + "-1", service, "127.0.0.1", server.getPort(), 0, 1,
                StageState.SERVING, description);
        instances.put(service, instance);
        registry.put(instance);
    }

    /** Text leaves the backbone as ever, but no answer ends before the latch opens. */
    void finishOnlyAfter(CountDownLatch goOn) {
        backbone = (request, call, out) -> stages.reason(request, call, frame -> {
            if (frame.header().hasFinished()) {
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
            out.emit(frame);
        });
    }

    StageInstance instance(String service) {
        return Objects.requireNonNull(instances.get(service));
    }

    void become(String service, StageState state) {
        registry.put(instance(service).with(state));
    }

    /** Ends a stage's server without a word to the registry. */
    void kill(String service) {
        int port = instance(service).grpcPort();
        for (Server server : servers) {
            if (server.getPort() == port) {
                stop(server);
                return;
            }
        }
    }

    private static void stop(Server server) {
        try {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    Gateway gateway() {
        return gateway;
    }

    void awaitNoEmbeddings() {
        Awaitility.await().atMost(Duration.ofSeconds(10))
                .until(() -> memory.allocatedBytes() == 0 && stageMemory.allocatedBytes() == 0);
    }

    /** Closing the memories fails if any embedding was left behind. */
    @Override
    public void close() {
        awaitNoEmbeddings();
        gateway.close();
        for (Server server : servers) {
            stop(server);
        }
        Futures.join(vertx.close());
        memory.close();
        stageMemory.close();
    }
}
