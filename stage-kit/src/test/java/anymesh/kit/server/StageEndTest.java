// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.batch.Job;
import anymesh.kit.batch.StepBatcher;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageState;
import anymesh.v1.DescribeRequest;
import anymesh.v1.InputProjectorGrpc;
import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.StageDescription;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.call.FrameServer;
import anymesh.wire.call.WireTransport;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.StageLost;
import anymesh.wire.error.StageUnavailable;
import anymesh.wire.error.WireStatus;
import io.grpc.ManagedChannel;
import io.grpc.ServerMethodDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

/** The one way in which a stage goes, seen by its callers. */
@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class StageEndTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Vertx vertx = Vertx.vertx();
    private final InMemoryStageRegistry registry = new InMemoryStageRegistry();
    private final Steps steps = new Steps();
    private ManagedChannel channel;

    @AfterEach
    void close() {
        steps.letGo.countDown();
        channel.shutdownNow();
        Futures.join(vertx.close());
    }

    @Test
    void aLameDuckSaysThatItGoesAndServesAllThatComes() throws Exception {
        var announced = new CountDownLatch(1);
        registry.watch(instances -> {
            if (instances.stream().anyMatch(instance -> instance.state() == StageState.DRAINING)) {
                announced.countDown();
            }
        });
        var runner = start(Duration.ofSeconds(20), LONG);
        var drain = Thread.ofVirtual().start(runner::drain);
        announced.await();
        assertThat(HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance()).getStatus())
                .isEqualTo(ServingStatus.NOT_SERVING);
        assertThat(ready(runner)).isEqualTo(503);
        steps.letGo.countDown();
        assertThat(project(Modality.IMAGE)).succeedsWithin(LONG);
        assertThat(drain.isAlive()).as("it is a lame duck still").isTrue();
        var other = WireTransport.channel("127.0.0.1", runner.instance().grpcPort()).build();
        try {
            assertThat(InputProjectorGrpc.newBlockingStub(other).project(request(Modality.TEXT))).isNotNull();
        } finally {
            other.shutdownNow();
            drain.interrupt();
            drain.join();
        }
    }

    @Test
    void afterThatWhatIsUnderWayIsFinishedAndNewCallsAreSentElsewhere() {
        var runner = start(Duration.ZERO, LONG);
        var underWay = project(Modality.IMAGE);
        steps.awaitStep();
        var queued = project(Modality.IMAGE);
        Awaitility.await().until(() -> steps.queued("image") == 1);
        var drained = onAThread(runner::drain);
        Awaitility.await().until(() -> isRefused(project(Modality.TEXT)));
        assertThat(InputProjectorGrpc.newBlockingStub(channel).describe(DescribeRequest.getDefaultInstance())
                .getService()).isEqualTo("input-projector");
        assertThat(drained).isNotDone();
        steps.letGo.countDown();
        assertThat(underWay).succeedsWithin(LONG);
        assertThat(queued).succeedsWithin(LONG);
        assertThat(drained).succeedsWithin(LONG);
        assertThat(registry.snapshot()).isEmpty();
    }

    @Test
    void twoModelsThatHangTakeOneBudgetTogether() {
        var budget = Duration.ofSeconds(3);
        var runner = start(Duration.ZERO, budget);
        var image = project(Modality.IMAGE);
        steps.awaitStep();
        var audio = project(Modality.AUDIO);
        steps.awaitStep();
        var queued = project(Modality.AUDIO);
        Awaitility.await().until(() -> steps.queued("audio") == 1);
        long start = System.nanoTime();
        runner.drain();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).as("not the sum of several")
                .isLessThan(budget.multipliedBy(2));
        assertThat(failure(queued)).as("it is told why").isInstanceOf(StageUnavailable.class);
        Stream.of(image, audio)
                .forEach(call -> assertThat(failure(call)).as("they are cut off").isInstanceOf(StageLost.class));
        assertThat(registry.snapshot()).isEmpty();
    }

    private StageRunner start(Duration lameDuck, Duration drainTimeout) {
        var plain = StageConfig.defaults(0, 0, Path.of("none"), new BatchPolicy(8, 1));
        var config = new StageConfig(plain.host(), 0, 0, plain.bundle(), false, plain.batch(), plain.onnx(), lameDuck,
                drainTimeout, plain.memoryBytes(), "", plain.registry(), plain.tls());
        var runner = StageRunner.start("input-projector", config, vertx, registry, resources -> {
            steps.method = FrameServer.method(resources.methods().projectInput(), steps::project);
            return steps;
        });
        channel = WireTransport.channel("127.0.0.1", runner.instance().grpcPort()).build();
        return runner;
    }

    private static ProjectInputRequest request(Modality modality) {
        return ProjectInputRequest.newBuilder().setModality(modality).build();
    }

    private CompletableFuture<ProjectInputResponse> project(Modality modality) {
        return CompletableFuture.supplyAsync(
                () -> InputProjectorGrpc.newBlockingStub(channel).project(request(modality)),
                Thread::startVirtualThread);
    }

    /** In words that send the caller elsewhere, if it is. */
    private static boolean isRefused(CompletableFuture<?> call) {
        boolean refused = call.handle((_, failure) -> failure != null).join();
        if (refused) {
            assertThat(failure(call)).isInstanceOf(ModelNotReady.class);
        }
        return refused;
    }

    private static Throwable failure(CompletableFuture<?> call) {
        try {
            call.join();
            throw new AssertionError("the call was answered");
        } catch (CompletionException e) {
            var status = (StatusRuntimeException) e.getCause();
            return WireStatus.fromGrpc(status.getStatus(), status.getTrailers());
        }
    }

    private static CompletableFuture<Void> onAThread(Runnable work) {
        return CompletableFuture.runAsync(work, Thread::startVirtualThread);
    }

    private static int ready(StageRunner runner) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var uri = URI.create("http://127.0.0.1:" + runner.instance().httpPort() + "/readyz");
            return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding()).statusCode();
        }
    }

    /** A stage with two batchers, none of whose steps ends before the test lets it; text needs none. */
    private static final class Steps implements Stage {
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final CountDownLatch letGo = new CountDownLatch(1);
        private final Semaphore begun = new Semaphore(0);
        private final Map<Modality, StepBatcher<Step>> batchers = Map.of(Modality.IMAGE, batcher("image"),
                Modality.AUDIO, batcher("audio"));
        private ServerMethodDefinition<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> method;

        private static final class Step extends Job<Boolean> {
            Step(CallContext call) {
                super(call);
            }
        }

        private StepBatcher<Step> batcher(String name) {
            return new StepBatcher<>(name, new BatchPolicy(8, 1), active -> {
                begun.release();
                try {
                    letGo.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                active.forEach(step -> step.complete(true));
            }, meters);
        }

        double queued(String batcher) {
            return meters.get("anymesh.queue.depth").tag("batcher", batcher).gauge().value();
        }

        void awaitStep() {
            begun.acquireUninterruptibly();
        }

        private void project(Frame<ProjectInputRequest> request, CallContext call, Emitter<ProjectInputResponse> out) {
            var batcher = batchers.get(request.header().getModality());
            if (batcher != null) {
                var step = new Step(call);
                batcher.submit(step);
                step.await();
            }
            out.emit(Frame.of(ProjectInputResponse.getDefaultInstance()));
        }

        @Override
        public StageDescription describe() {
            return StageDescription.newBuilder().setBundle("test").setVersion("1.0.0").build();
        }

        @Override
        public List<ServerMethodDefinition<?, ?>> methods() {
            return List.of(method);
        }

        @Override
        public void warm() {}

        @Override
        public boolean stop(Budget budget) {
            return StepBatcher.stop(batchers.values(), budget);
        }

        @Override
        public void close() {}
    }
}
