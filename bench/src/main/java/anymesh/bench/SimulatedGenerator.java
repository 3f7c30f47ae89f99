// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.batch.Job;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.batch.Stepper;
import anymesh.kit.ending.Budget;
import anymesh.kit.server.Stage;
import anymesh.kit.server.StageResources;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.StageDescription;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.call.FrameServer;
import com.google.protobuf.ByteString;
import io.grpc.ServerMethodDefinition;
import java.time.Duration;
import java.util.List;

/**
 * A generator whose device takes the same time for each step, however many are in its batch, and no CPU: the real service's
 * queue, batcher and wire around a wait. What a mesh adds shows beside it, and how it scales with more devices than this
 * machine has.
 */
final class SimulatedGenerator implements Stage {
    private static final ByteString PICTURE = ByteString.copyFrom(new byte[20_000]);

    private final StageDescription description;
    private final StepBatcher<Picture> batcher;
    private final ServerMethodDefinition<?, ?> generate;
    private final int steps;

    private SimulatedGenerator(StageDescription like, BatchPolicy batch, int steps, Device device,
            StageResources resources) {
        this.description = like;
        this.steps = steps;
        this.batcher = new StepBatcher<>("denoise", batch, List.of(device), resources.meters(), resources.tracer());
        this.generate = FrameServer.method(resources.methods().generateMedia(), this::generate);
    }

    /** In the place of one that describes itself like this. */
    static SimulatedGenerator load(StageDescription like, BatchPolicy batch, int steps, Device device,
            StageResources resources) {
        return new SimulatedGenerator(like, batch, steps, device, resources);
    }

    /** What takes the time. Called by the batcher's worker. */
    @FunctionalInterface
    interface Device extends Stepper<Picture> {
        void await() throws InterruptedException;

        /** Always the same time. */
        static Device taking(Duration step) {
            return () -> Thread.sleep(step);
        }

        @Override
        default void step(List<Picture> active) {
            try {
                await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            active.forEach(Picture::advance);
        }
    }

    /** One picture on its way. */
    static final class Picture extends Job<ByteString> {
        private int left;

        private Picture(CallContext call, int steps) {
            super(call);
            this.left = steps;
        }

        private void advance() {
            left--;
            if (left == 0) {
                complete(PICTURE);
            }
        }
    }

    private void generate(Frame<GeneratorRequest> request, CallContext call, Emitter<GeneratorEvent> out) {
        var picture = new Picture(call, steps);
        batcher.submit(picture);
        var media = GeneratedMedia.newBuilder().setData(picture.await()).setMimeType("image/png")
                .setSeed(request.header().getSeed()).setTimings(picture.timings().toProto());
        out.emit(Frame.of(GeneratorEvent.newBuilder().setMedia(media).build()));
    }

    @Override
    public StageDescription describe() {
        return description;
    }

    @Override
    public List<ServerMethodDefinition<?, ?>> methods() {
        return List.of(generate);
    }

    @Override
    public void warm() {}

    @Override
    public boolean stop(Budget budget) {
        return StepBatcher.stop(List.of(batcher), budget);
    }

    @Override
    public void close() {
        batcher.close();
    }
}
