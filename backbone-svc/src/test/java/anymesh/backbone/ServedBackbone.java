// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageRunner;
import anymesh.v1.BackboneEvent;
import anymesh.v1.BackboneRequest;
import anymesh.v1.Part;
import anymesh.v1.Role;
import anymesh.v1.StageDescription;
import anymesh.v1.Turn;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.WireTransport;
import io.grpc.ManagedChannel;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A backbone that serves on a free port, and a client of it. */
public final class ServedBackbone implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final WireMemory memory = new WireMemory("client", 64 << 20);
    private final StageMethods methods = new StageMethods(memory);
    private final StageRunner runner;
    private final ManagedChannel channel;

    private ServedBackbone(BackboneConfig config) {
        this.runner = StageRunner.start("backbone", config.stage(), vertx, new InMemoryStageRegistry(),
                resources -> BackboneStage.load(config, resources));
        this.channel = WireTransport.channel("127.0.0.1", runner.instance().grpcPort()).build();
    }

    /** A bundle on one thread of CPU. */
    public static ServedBackbone start(Path bundle, BatchPolicy batch) {
        return start(
                BackboneConfig.defaults().stage().onFreePorts().withoutLameDuck().withBundle(bundle).withBatch(batch)
                        .withOnnx(OnnxSettings.cpu(1)));
    }

    public static ServedBackbone start(StageConfig stage) {
        return new ServedBackbone(BackboneConfig.defaults().withStage(stage));
    }

    public StageDescription description() {
        return runner.instance().description();
    }

    /** What the stage's {@code /metrics} says of a counter, by its name with its tags as a scraper reads them. */
    public double metric(String name) {
        var uri = URI.create("http://127.0.0.1:" + runner.instance().httpPort() + "/metrics");
        try (var client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofLines()).body()
                    .filter(line -> line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1))).findFirst()
                    .orElseThrow(() -> new AssertionError("no metric " + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public WireMemory memory() {
        return memory;
    }

    /** Sends a request; the batches go with it. */
    public ReceivedAnswer send(BackboneRequest.Builder request, EmbeddingBatch... batches) {
        var call = CallContext.start("test", null, Duration.ofMinutes(1));
        var answer = new ReceivedAnswer(call);
        FrameClient.<BackboneRequest, BackboneEvent>call(channel, methods.generateText(), call,
                Frame.of(request.build(), batches), answer);
        return answer;
    }

    /** A request of one user turn. */
    public static BackboneRequest.Builder ask(String text) {
        return BackboneRequest.newBuilder().addTurns(Turn.newBuilder().setRole(Role.USER)
                .addParts(Part.newBuilder().setText(text)));
    }

    @Override
    public void close() {
        try {
            if (!channel.shutdown().awaitTermination(10, TimeUnit.SECONDS)) {
                channel.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        runner.drain();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        memory.close();
    }
}
