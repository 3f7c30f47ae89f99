// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.TinyBundle;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.StageRunner;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.wire.DType;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.EmbeddingSpec;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.FrameObserver;
import anymesh.wire.call.WireTransport;
import com.google.protobuf.TextFormat;
import io.grpc.ManagedChannel;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A generator on free ports and a client of it. Closing it proves that no embedding leaked on either side. */
final class TestingGenerator implements AutoCloseable {
    private static final EmbeddingSpec CONDITION = new EmbeddingSpec(TinyBundle.SPACE, List.of(4, 5), DType.FLOAT32,
            "test",
            "1");

    private final Vertx vertx = Vertx.vertx();
    private final WireMemory memory = new WireMemory("client", 64 << 20);
    private final StageMethods methods = new StageMethods(memory);
    private final StageRunner runner;
    private final ManagedChannel channel;

    private TestingGenerator(Path bundle, Modality modality) {
        var defaults = GeneratorConfig.defaults(modality);
        var config = defaults
                .withStage(defaults.stage().onFreePorts().withoutLameDuck().withBundle(bundle)
                        .withOnnx(OnnxSettings.cpu(1)));
        runner = StageRunner.start(config.service(), config.stage(), vertx, new InMemoryStageRegistry(),
                resources -> GeneratorStage.load(config, resources));
        channel = WireTransport.channel(runner.instance().host(), runner.instance().grpcPort()).build();
    }

    static TestingGenerator start(Path bundle) {
        return start(bundle, Modality.IMAGE);
    }

    static TestingGenerator start(Path bundle, Modality modality) {
        return new TestingGenerator(bundle, modality);
    }

    StageDescription description() {
        return runner.instance().description();
    }

    GeneratedMedia picture(GeneratorRequest request) {
        return call(request).getLast().getMedia();
    }

    /** All events of a request with a condition that is right, or the error that it ends with. */
    List<GeneratorEvent> call(GeneratorRequest request) {
        return call(request, condition(CONDITION, 1, 0.5f));
    }

    List<GeneratorEvent> call(GeneratorRequest request, EmbeddingBatch... conditions) {
        var events = new ArrayList<GeneratorEvent>();
        var error = run(CallContext.start("test", null, Duration.ofMinutes(2)), request, events::add, conditions);
        if (error != null) {
            throw error instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(error);
        }
        return events;
    }

    @Nullable
    Throwable callAndCancelAtFirstProgress(GeneratorRequest request) {
        var call = CallContext.start("test", null, Duration.ofMinutes(2));
        return run(call, request, _ -> call.cancel(), condition(CONDITION, 1, 0.5f));
    }

    /** Every number the same. */
    EmbeddingBatch condition(EmbeddingSpec spec, int rows, float number) {
        var batch = EmbeddingBatch.allocate(memory, spec, rows);
        var data = batch.data();
        while (data.hasRemaining()) {
            if (spec.dtype() == DType.FLOAT16) {
                data.putShort(Float.floatToFloat16(number));
            } else {
                data.putFloat(number);
            }
        }
        return batch;
    }

    static GeneratorRequest merge(GeneratorRequest.Builder request, String fields) {
        try {
            TextFormat.merge(fields, request);
            return request.build();
        } catch (TextFormat.ParseException e) {
            throw new IllegalArgumentException(fields, e);
        }
    }

    private @Nullable Throwable run(CallContext call, GeneratorRequest request, Consumer<GeneratorEvent> onEvent,
            EmbeddingBatch... conditions) {
        var end = new CompletableFuture<Void>();
        FrameClient.call(channel, methods.generateMedia(), call, Frame.of(request, conditions), new FrameObserver<>() {
            @Override
            public void onFrame(Frame<GeneratorEvent> frame) {
                try (frame) {
                    onEvent.accept(frame.header());
                }
            }

            @Override
            public void onEnd(@Nullable Throwable error) {
                if (error == null) {
                    end.complete(null);
                } else {
                    end.completeExceptionally(error);
                }
            }
        });
        try {
            end.join();
            return null;
        } catch (CompletionException e) {
            return e.getCause();
        } catch (CancellationException e) {
            return e;
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        runner.drain();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        memory.close();
    }
}
