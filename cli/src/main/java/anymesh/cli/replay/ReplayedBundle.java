// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.replay;

import anymesh.cli.processes.Candidate;
import anymesh.cli.settings.ConfiguredStage;
import anymesh.cli.settings.ServiceSettings;
import anymesh.gateway.recording.RecordedInput;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.server.StageRunner;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.FrameClient;
import anymesh.wire.call.FrameObserver;
import anymesh.wire.call.WireTransport;
import io.grpc.ManagedChannel;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One generator bundle, served in this process behind gRPC as it would be elsewhere. Methods block. */
final class ReplayedBundle implements AutoCloseable {
    private static final Duration TIME = Duration.ofMinutes(10);

    private final StageRunner runner;
    private final ManagedChannel channel;

    private ReplayedBundle(StageRunner runner) {
        this.runner = runner;
        this.channel = WireTransport.channelWithin(runner.instance().description().getIncarnation()).build();
    }

    /** Loads and warms it; {@link IOException} says why it can't be. ONNX Runtime is set up as it is for the service. */
    static ReplayedBundle load(Candidate bundle, Modality modality, Vertx vertx, WireMemory memory)
            throws IOException {
        var kind = ServiceKind.generator(modality);
        var onnx = ConfiguredStage.of(kind, ServiceSettings.of(null)).stageConfig().onnx();
        var service = ConfiguredStage.of(kind, ServiceSettings.none())
                .with(stage -> stage.onFreePorts().withoutLameDuck().withBundle(bundle.bundle()).withOnnx(onnx));
        try {
            var runner = service.openWithin(vertx, new InMemoryStageRegistry(), memory);
            runner.serve(service);
            return new ReplayedBundle(runner);
        } catch (RuntimeException e) {
            throw new IOException("%s does not load: %s".formatted(bundle, e.getMessage()), e);
        }
    }

    /** Has it make what was recorded, with the seed that it had. The recording stays its caller's. */
    Outcome make(RecordedInput.Read recorded, StageMethods methods) {
        var call = CallContext.start("replay-" + recorded.input().requestId(), null, TIME);
        var answer = new Answer();
        long began = System.nanoTime();
        FrameClient.call(channel, methods.generateMedia(), call,
                Frame.of(recorded.input().request(), recorded.condition().retain()), answer);
        try {
            var media = answer.end.join();
            double seconds = (System.nanoTime() - began) / (double) TimeUnit.SECONDS.toNanos(1);
            return media == null ? new Outcome.Refused("it ended without media") : new Outcome.Made(media, seconds);
        } catch (CompletionException e) {
            var why = e.getCause() == null ? null : e.getCause().getMessage();
            return new Outcome.Refused(why == null ? e.toString() : why);
        }
    }

    private static final class Answer implements FrameObserver<GeneratorEvent> {
        private final CompletableFuture<@Nullable GeneratedMedia> end = new CompletableFuture<>();
        private @Nullable GeneratedMedia media; // written and read on gRPC's thread

        @Override
        public void onFrame(Frame<GeneratorEvent> frame) {
            try (frame) {
                if (frame.header().hasMedia()) {
                    media = frame.header().getMedia();
                }
            }
        }

        @Override
        public void onEnd(@Nullable Throwable error) {
            if (error == null) {
                end.complete(media);
            } else {
                end.completeExceptionally(error);
            }
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        runner.close();
    }
}
