// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.client.CallSettings;
import anymesh.gateway.fetch.Fetcher;
import anymesh.gateway.http.HttpLimits;
import anymesh.gateway.jobs.JobsConfig;
import anymesh.gateway.media.MediaConfig;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.config.ConfigLoader;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.replicas.StoredReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.store.InMemoryMeshLocks;
import anymesh.kit.store.InMemoryMeshStore;
import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Capability;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.ProjectOutputRequest;
import anymesh.v1.ProjectOutputResponse;
import anymesh.v1.StageDescription;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameHandler;
import anymesh.wire.call.FrameServer;
import anymesh.wire.call.WireTransport;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A gateway and five stage servers in this process, over real gRPC and HTTP on loopback. */
final class TestingMesh implements AutoCloseable {
    private static final List<String> STAGES = List.of("encoder", "input-projector", "backbone", "output-projector");

    private static final JobsConfig NO_JOBS = new JobsConfig(JobsConfig.Kind.NONE, "",
            new JobsConfig.Postgres("", "", ""), MediaConfig.defaults(), 0, Duration.ofSeconds(1),
            Duration.ofSeconds(1), Duration.ofHours(1));

    final WireMemory stageMemory = new WireMemory("stages", 64 << 20);
    final WireMemory memory = new WireMemory("gateway", 64 << 20);
    final TestingStages stages = new TestingStages(stageMemory);
    final InMemoryStageRegistry registry = new InMemoryStageRegistry();
    final StoredReplicas wanted = StoredReplicas.open(new InMemoryMeshStore());
    final InMemoryMeshStore store = new InMemoryMeshStore();
    private final Shared shared = Shared.in(store, new InMemoryMeshLocks(), wanted);
    final TestingClient client;

    /** What tests put in the place of a stage. */
    volatile FrameHandler<EncodeRequest, EncodeResponse> encoder = stages::encode;
    volatile FrameHandler<ProjectInputRequest, ProjectInputResponse> inputProjector = stages::projectInput;
    volatile FrameHandler<ProjectOutputRequest, ProjectOutputResponse> outputProjector = stages::projectOutput;
    volatile FrameHandler<BackboneRequest, BackboneEvent> backbone = stages::reason;
    volatile FrameHandler<GeneratorRequest, GeneratorEvent> generator = stages::generate;

    /** Statuses that calls of stages end with, the next one for each, without having reached one. */
    final Queue<Status> saidByGrpc = new ConcurrentLinkedQueue<>();

    /** Which instance the handler on this thread belongs to. */
    private final ThreadLocal<String> serving = new ThreadLocal<>();
    private final List<Modality> modalities;
    private final StageMethods methods = new StageMethods(stageMemory);
    private final Vertx vertx = Vertx.vertx();
    private final Map<String, Server> servers = new ConcurrentHashMap<>();
    private final Map<String, StageInstance> instances = new ConcurrentHashMap<>();
    private final Map<String, String> incarnations = new ConcurrentHashMap<>();
    private final Gateway gateway;
    private final boolean keepsMedia;

    static GatewayConfig config() {
        var defaults = GatewayConfig.defaults().http();
        return config(new HttpLimits(1 << 20, 32 << 20, 64, 4, defaults.bodyTimeout(), defaults.connections()));
    }

    /** The same with other limits for clients. */
    static GatewayConfig config(HttpLimits limits) {
        var defaults = GatewayConfig.defaults();
        return new GatewayConfig(defaults.host(), 0, Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ZERO,
                Duration.ofSeconds(30),
                defaults.heartbeat(), limits, List.of("https://app.example.org"), true, false, defaults.https(),
                defaults.keys(),
                defaults.memoryBytes(), 0,
                defaults.registry(), defaults.tls(),
                CallSettings.defaults().withPatience(Duration.ZERO),
                NO_JOBS, defaults.mediaUrls(), defaults.fetch(),
                StaticEndpoints.none());
    }

    /** The same with other values of some keys, as the environment names them: {@code ANYMESH_HEARTBEAT}. */
    static GatewayConfig config(Map<String, String> changes) {
        return ConfigLoader.load(GatewayConfig.class, config(), null, changes);
    }

    TestingMesh() {
        this(config());
    }

    TestingMesh(GatewayConfig config) {
        this(config, Modality.IMAGE);
    }

    /** All stages handle these modalities, each generator its own. */
    TestingMesh(GatewayConfig config, Modality... modalities) {
        this(config, Set.of(), modalities);
    }

    /** The same without the services that are absent when the gateway starts. */
    TestingMesh(GatewayConfig config, Set<String> absent, Modality... modalities) {
        this(config, absent, vertx -> Fetcher.open(vertx, config.fetch()), modalities);
    }

    /** The same that fetches URLs in a way of the test's. */
    TestingMesh(GatewayConfig config, Set<String> absent, Function<Vertx, Fetcher> fetcher, Modality... modalities) {
        this.modalities = List.of(modalities);
        this.keepsMedia = config.mediaCacheBytes() > 0;
        services().stream().filter(service -> !absent.contains(service)).forEach(service -> serve(service, 1));
        gateway = Gateway.start(vertx, config, registry, shared, memory, fetcher.apply(vertx));
        client = new TestingClient(gateway.port());
    }

    /** The names of all services, the generators last. */
    List<String> services() {
        return Stream.concat(STAGES.stream(), modalities.stream().map(TestingMesh::generator)).toList();
    }

    private static String generator(Modality modality) {
        return ServiceKind.generator(modality).name();
    }

    /** Starts one more instance of a service; the n-th is called {@code service-n}. */
    StageInstance serve(String service, int number) {
        var id = service + "-" + number;
        return switch (service) {
            case "encoder" -> serve(service, id, method(id, methods.encode(), (q, c, o) -> encoder.handle(q, c, o)));
            case "input-projector" -> serve(service, id,
                    method(id, methods.projectInput(), (q, c, o) -> inputProjector.handle(q, c, o)));
            case "backbone" -> serve(service, id,
                    method(id, methods.generateText(), (q, c, o) -> backbone.handle(q, c, o)));
            case "output-projector" -> serve(service, id,
                    method(id, methods.projectOutput(), (q, c, o) -> outputProjector.handle(q, c, o)));
            default -> serve(service, id,
                    method(id, methods.generateMedia(), (q, c, o) -> generator.handle(q, c, o)));
        };
    }

    private <Q extends Message, R extends Message> ServerMethodDefinition<?, ?> method(String id,
            MethodDescriptor<Frame<Q>, Frame<R>> method, FrameHandler<Q, R> handler) {
        return FrameServer.method(method, (request, call, out) -> {
            serving.set(id); // each call has a thread of its own
            handler.handle(request, call, out);
        });
    }

    private List<Capability> capabilities(String service) {
        return switch (service) {
            case "encoder" -> forEach("", "toy-image");
            case "input-projector" -> forEach("toy-image", "toy-llm");
            case "backbone" -> forEach("toy-llm", "toy-signal");
            case "output-projector" -> forEach("toy-signal", "toy-cond");
            case "generator-image" -> List.of(capability(Modality.IMAGE, "toy-cond", "").toBuilder()
                    .addSizes("128x128").addSizes("256x256").setGuidanceScale(3).build());
            default -> modalities.stream().filter(modality -> generator(modality).equals(service))
                    .map(modality -> capability(modality, "toy-cond", "")).toList();
        };
    }

    private List<Capability> forEach(String accepts, String produces) {
        return modalities.stream().map(modality -> capability(modality, accepts, produces)).toList();
    }

    private static Capability capability(Modality modality, String accepts, String produces) {
        var capability = Capability.newBuilder().setModality(modality);
        if (!accepts.isEmpty()) {
            capability.addAccepts(accepts);
        }
        if (!produces.isEmpty()) {
            capability.addProduces(produces);
        }
        return capability.build();
    }

    private StageInstance serve(String service, String id, ServerMethodDefinition<?, ?> method) {
        return register(service, id, listen(id, method, 0));
    }

    private int listen(String id, ServerMethodDefinition<?, ?> method, int port) {
        var name = String.valueOf(method.getMethodDescriptor().getServiceName());
        var incarnation = UUID.randomUUID().toString();
        incarnations.put(id, incarnation);
        var describe = ServiceKind.require(id.substring(0, id.lastIndexOf('-'))).describe();
        var server = WireTransport.server(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .intercept(new SaidByGrpc())
                .addService(ServerServiceDefinition.builder(name).addMethod(method)
                        .addMethod(describe, ServerCalls.asyncUnaryCall((_, answer) -> {
                            answer.onNext(StageDescription.newBuilder().setIncarnation(incarnation).build());
                            answer.onCompleted();
                        })).build())
                .build();
        try {
            servers.put(id, server.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return server.getPort();
    }

    /** The server of a killed encoder listens again where it did, without a word to the registry. */
    void encoderListensAgain() {
        var id = "encoder-1";
        listen(id, method(id, methods.encode(), (q, c, o) -> encoder.handle(q, c, o)),
                instance("encoder").grpcPort());
    }

    /** Tells the gateway of an instance, be it there or not. */
    StageInstance register(String service, String id, int port) {
        var description = StageDescription.newBuilder().setService(service).setInstanceId(id)
                .setBundle("toyworld").setVersion("1.0.0").addAllCapabilities(capabilities(service))
                .setIncarnation(incarnations.getOrDefault(id, "")).build();
        var instance = new StageInstance(id, service, "127.0.0.1", port, 0, 1, StageState.SERVING, description);
        instances.put(id, instance);
        registry.put(instance);
        return instance;
    }

    /** Says something else of a service's first instance than it has said so far. */
    void describe(String service, Capability... capabilities) {
        describe(instance(service), instance(service).description().toBuilder().clearCapabilities()
                .addAllCapabilities(List.of(capabilities)).build());
    }

    /** Says how long what a service's first instance makes is. */
    void describeSeconds(String service, float seconds) {
        describe(instance(service), instance(service).description().toBuilder().setSeconds(seconds).build());
    }

    /** Has the first backbone say that it has these; without, it is one of 0.1.0. */
    void describeFeatures(String... features) {
        describe(instance("backbone"), instance("backbone").description().toBuilder()
                .addAllFeatures(List.of(features)).build());
    }

    /** The same of another instance. */
    void describeFeatures(String service, int number, String... features) {
        var other = Objects.requireNonNull(instances.get(service + "-" + number));
        describe(other, other.description().toBuilder().addAllFeatures(List.of(features)).build());
    }

    /** Starts one more instance of a service, of another version. */
    void serve(String service, int number, String version) {
        var instance = serve(service, number);
        describe(instance, instance.description().toBuilder().setVersion(version).build());
    }

    /** The same as a candidate, which gets what a route sends it. */
    void serveCandidate(String service, int number, String version) {
        var instance = serve(service, number);
        describe(instance, instance.description().toBuilder().setVersion(version).setCandidate(true).build());
    }

    /** Says something else of the capabilities of an instance. */
    void describe(String service, int number, UnaryOperator<Capability.Builder> change) {
        var old = Objects.requireNonNull(instances.get(service + "-" + number));
        var description = old.description().toBuilder().clearCapabilities();
        old.description().getCapabilitiesList()
                .forEach(capability -> description.addCapabilities(change.apply(capability.toBuilder())));
        describe(old, description.build());
    }

    private void describe(StageInstance old, StageDescription described) {
        var service = old.service();
        var now = new StageInstance(old.id(), service, old.host(), old.grpcPort(), old.httpPort(), old.pid(),
                old.state(), described);
        instances.put(old.id(), now);
        registry.put(now);
    }

    /** The sum of the series of this name that have all these labels, each as {@code key="value"}; 0 if there are none. */
    double metric(String name, String... labels) {
        return client.get("/metrics").response().body().lines()
                .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                .filter(line -> Stream.of(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    /** A generator's whole answer: so many bytes of nothing. */
    static Frame<GeneratorEvent> medium(String mimeType, int bytes) {
        var media = GeneratedMedia.newBuilder().setMimeType(mimeType).setData(ByteString.copyFrom(new byte[bytes]));
        return Frame.of(GeneratorEvent.newBuilder().setMedia(media).build());
    }

    /** Dies at its first call, before it has said anything. */
    <Q extends Message, R extends Message> FrameHandler<Q, R> diesOnce(FrameHandler<Q, R> stage) {
        var first = new AtomicBoolean(true);
        return (request, call, out) -> {
            if (first.getAndSet(false)) {
                die();
                awaitEnd(call);
            }
            stage.handle(request, call, out);
        };
    }

    /** Dies at its first call, when it is about to send its n-th event. */
    <Q extends Message, R extends Message> FrameHandler<Q, R> diesBefore(int event,
            FrameHandler<Q, R> stage) {
        var first = new AtomicBoolean(true);
        return (request, call, out) -> {
            var count = new AtomicInteger();
            boolean dies = first.getAndSet(false);
            stage.handle(request, call, frame -> {
                if (dies && count.getAndIncrement() == event) {
                    frame.close();
                    die();
                    awaitEnd(call);
                }
                out.emit(frame);
            });
        };
    }

    /** Goes on when the caller has gone. */
    static void awaitEnd(CallContext call) {
        var ended = new CountDownLatch(1);
        call.onCancel(ended::countDown);
        try {
            ended.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        throw new CancellationException();
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

    /** The instance that the handler on this thread belongs to. */
    String servedBy() {
        return serving.get();
    }

    StageInstance instance(String service) {
        return Objects.requireNonNull(instances.get(service + "-1"));
    }

    /** The instance that the handler on this thread belongs to dies, with all that it is doing. */
    void die() {
        var server = Objects.requireNonNull(servers.get(serving.get()));
        int port = server.getPort();
        server.shutdown();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> refuses(port)); // as a dead process does
        server.shutdownNow();
    }

    private static boolean refuses(int port) {
        try (var _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    void become(String service, StageState state) {
        registry.put(instance(service).with(state));
    }

    /** Ends a stage's server without a word to the registry. */
    void kill(String service) {
        kill(service, 1);
    }

    /** The same of another instance. */
    void kill(String service, int number) {
        stop(Objects.requireNonNull(servers.get(service + "-" + number)));
    }

    private static void stop(Server server) {
        try {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends calls as gRPC does, or another server: without a word of the stage. */
    private final class SaidByGrpc implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
                ServerCallHandler<Q, R> next) {
            boolean isDescribe = call.getMethodDescriptor().getFullMethodName().endsWith("/Describe");
            var status = isDescribe ? null : saidByGrpc.poll();
            if (status == null) {
                return next.startCall(call, headers);
            }
            call.close(status, new Metadata());
            return new ServerCall.Listener<>() {
            };
        }
    }

    Gateway gateway() {
        return gateway;
    }

    void awaitNoEmbeddings() {
        Awaitility.await().until(() -> memory.allocatedBytes() == 0 && stageMemory.allocatedBytes() == 0);
    }

    /** Closing the memories fails if any embedding was left behind. */
    @Override
    public void close() {
        if (!keepsMedia) {
            awaitNoEmbeddings();
        }
        gateway.close();
        awaitNoEmbeddings();
        shared.close();
        for (Server server : servers.values()) {
            stop(server);
        }
        Futures.join(vertx.close());
        memory.close();
        stageMemory.close();
    }
}
