// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.Futures;
import anymesh.kit.server.StageConfig;
import anymesh.kit.server.StageFactory;
import anymesh.kit.server.StageRunner;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.FrameObserver;
import anymesh.wire.call.WireTransport;
import com.google.protobuf.Message;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A stage on a free port with a client of its own memory; closing it fails if either side leaked an embedding. */
public final class ServedStage implements AutoCloseable {
    private final Vertx vertx = Vertx.vertx();
    private final WireMemory memory = new WireMemory("client", 64 << 20);
    private final StageMethods methods = new StageMethods(memory);
    private final StageRunner runner;
    private final ManagedChannel channel;

    private ServedStage(String service, StageConfig config, StageFactory factory) {
        this.runner = StageRunner.start(service, config.onFreePorts().withoutLameDuck(), vertx,
                new InMemoryStageRegistry(), factory);
        this.channel = WireTransport.channel(runner.instance().host(), runner.instance().grpcPort()).build();
    }

    public static ServedStage start(String service, StageConfig config, StageFactory factory) {
        return new ServedStage(service, config, factory);
    }

    public StageRunner runner() {
        return runner;
    }

    /** The client's memory, for what it sends. */
    public WireMemory memory() {
        return memory;
    }

    public StageMethods methods() {
        return methods;
    }

    /** Calls and waits; the caller closes the frames. Throws what the stage answered with. */
    public <Q extends Message, R extends Message> List<Frame<R>> call(MethodDescriptor<Frame<Q>, Frame<R>> method,
            Frame<Q> request) {
        var frames = new ArrayList<Frame<R>>();
        var ended = new CompletableFuture<List<Frame<R>>>();
        var context = CallContext.start("test", null, Duration.ofMinutes(1));
        FrameClient.call(channel, method, context, request, new FrameObserver<R>() {
            @Override
            public void onFrame(Frame<R> frame) {
                frames.add(frame);
            }

            @Override
            public void onEnd(@Nullable Throwable error) {
                if (error == null) {
                    ended.complete(frames);
                } else {
                    frames.forEach(Frame::close);
                    ended.completeExceptionally(error);
                }
            }
        });
        try {
            return ended.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        runner.close();
        memory.close();
        Futures.join(vertx.close());
    }
}
