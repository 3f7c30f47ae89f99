// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.kit.testing.PatientWaits;
import anymesh.v1.Capability;
import anymesh.v1.DescribeRequest;
import anymesh.v1.InputProjectorGrpc;
import anymesh.v1.Modality;
import anymesh.v1.ProjectInputRequest;
import anymesh.v1.ProjectInputResponse;
import anymesh.v1.StageDescription;
import anymesh.wire.Frame;
import anymesh.wire.call.FrameServer;
import anymesh.wire.call.WireTransport;
import io.grpc.ManagedChannel;
import io.grpc.ServerMethodDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;

@Timeout(value = 120, threadMode = ThreadMode.SEPARATE_THREAD)
final class StageRunnerTest {
    private final Vertx vertx = Vertx.vertx();
    private final InMemoryStageRegistry registry = new InMemoryStageRegistry();
    private final List<StageState> states = new ArrayList<>();
    private final Echo echo = new Echo();

    @AfterEach
    void close() {
        echo.letGo.countDown();
        Futures.join(vertx.close());
    }

    @Test
    void aStageGoesThroughItsStatesAndEveryoneIsTold() throws Exception {
        registry.watch(this::note);
        try (var runner = start()) {
            assertThat(states).containsSequence(StageState.LOADING, StageState.WARMING, StageState.SERVING);
            assertThat(echo.warmed).isTrue();
            assertThat(runner.instance().description().getInstanceId()).isEqualTo(runner.instance().id());
            assertThat(get(runner, "/healthz")).isEqualTo(200);
            assertThat(get(runner, "/readyz")).isEqualTo(200);
            assertThat(get(runner, "/metrics")).isEqualTo(200);
            assertThat(get(runner, "/other")).isEqualTo(404);
            runner.drain();
        }
        assertThat(states).containsSequence(StageState.SERVING, StageState.DRAINING, StageState.STOPPED);
        assertThat(registry.snapshot()).isEmpty();
    }

    @Test
    void itDescribesItselfAndAnswersHealthChecks() {
        try (var runner = start()) {
            var channel = channel(runner);
            try {
                var description = InputProjectorGrpc.newBlockingStub(channel)
                        .describe(DescribeRequest.getDefaultInstance());
                assertThat(description).isEqualTo(runner.instance().description());
                assertThat(description.getService()).isEqualTo("input-projector");
                assertThat(health(channel, "")).isEqualTo(ServingStatus.SERVING);
                assertThat(health(channel, "anymesh.v1.InputProjector")).isEqualTo(ServingStatus.SERVING);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void oneThatIsStartedAgainUnderItsNameIsAnotherIncarnation() {
        var incarnations = new HashSet<String>();
        for (int i = 0; i < 2; i++) {
            try (var runner = start()) {
                incarnations.add(runner.instance().description().getIncarnation());
            }
        }
        assertThat(incarnations).hasSize(2).doesNotContain("");
    }

    @Test
    void aCandidateSaysSoFromTheBeginning() {
        var said = new ArrayList<StageDescription>();
        registry.watch(instances -> instances.forEach(one -> said.add(one.description())));
        try (var _ = start(config().asCandidate())) {
            assertThat(said).hasSizeGreaterThan(2).allMatch(StageDescription::getCandidate);
        }
        try (var usual = start()) {
            assertThat(usual.instance().description().getCandidate()).isFalse();
        }
    }

    @Test
    void readinessIsNotGivenWhileItWarms() throws Exception {
        echo.hold();
        var starting = CompletableFuture.supplyAsync(this::start);
        echo.warming.await();
        var instance = registry.snapshot().getFirst();
        assertThat(instance.state()).isEqualTo(StageState.WARMING);
        assertThat(get(instance.httpPort(), "/healthz")).isEqualTo(200);
        assertThat(get(instance.httpPort(), "/readyz")).isEqualTo(503);
        echo.letGo.countDown();
        try (var runner = starting.join()) {
            assertThat(get(runner, "/readyz")).isEqualTo(200);
        }
    }

    @Test
    void aStageThatIsToldToEndWhileItLoadsFinishesTheLoadAndNeverServes() throws Exception {
        registry.watch(this::note);
        var loading = new CountDownLatch(1);
        var loaded = new CountDownLatch(1);
        var runner = StageRunner.open("input-projector", config(), vertx, registry);
        var serving = onAThread(() -> runner.serve(_ -> {
            loading.countDown();
            loaded.await();
            return echo;
        }));
        loading.await();
        var ending = onAThread(runner::drain);
        assertThat(ending).as("the load is under way").failsWithin(Duration.ofMillis(200));
        assertThat(echo.closed).isFalse();
        loaded.countDown();
        ending.get();
        assertThat(serving).failsWithin(PatientWaits.PATIENCE).withThrowableThat()
                .withCauseInstanceOf(CancellationException.class);
        assertThat(echo.closed).isTrue();
        assertThat(states).containsOnly(StageState.LOADING, StageState.STOPPED);
        assertThat(registry.snapshot()).isEmpty();
    }

    @Test
    void aLoadThatHangsIsNotWaitedForForEver() throws Exception {
        var hangs = new CountDownLatch(1);
        var loading = new CountDownLatch(1);
        var runner = StageRunner.open("input-projector", config(Duration.ofMillis(100)), vertx, registry);
        var serving = onAThread(() -> runner.serve(_ -> {
            loading.countDown();
            hangs.await();
            return echo;
        }));
        loading.await();
        assertThat(onAThread(runner::drain)).succeedsWithin(PatientWaits.PATIENCE);
        assertThat(registry.snapshot()).isEmpty();
        hangs.countDown();
        assertThat(serving).failsWithin(PatientWaits.PATIENCE);
    }

    /** Of its own: on a machine with two cores the common pool has only one. */
    private static CompletableFuture<Void> onAThread(Runnable work) {
        return CompletableFuture.runAsync(work, Thread::startVirtualThread);
    }

    @Test
    void aStageThatCannotLoadFailsWithItsReason() {
        registry.watch(this::note);
        assertThatThrownBy(() -> StageRunner.start("input-projector", config(), vertx, registry, _ -> {
            throw new IOException("the disk is gone");
        })).hasMessageContaining("the disk is gone");
        assertThat(states).containsSequence(StageState.LOADING, StageState.FAILED);
    }

    @Test
    void aDrainedStageTakesNoCalls() {
        var runner = start();
        var channel = channel(runner);
        try {
            runner.drain();
            assertThatThrownBy(() -> health(channel, "")).isInstanceOf(StatusRuntimeException.class)
                    .hasMessageContaining("UNAVAILABLE");
        } finally {
            channel.shutdownNow();
        }
    }

    private StageRunner start() {
        return start(config());
    }

    private StageRunner start(StageConfig config) {
        return StageRunner.start("input-projector", config, vertx, registry, resources -> {
            echo.method = FrameServer.method(resources.methods().projectInput(),
                    (_, _, out) -> out.emit(Frame.of(ProjectInputResponse.getDefaultInstance())));
            return echo;
        });
    }

    private void note(List<StageInstance> instances) {
        states.add(instances.isEmpty() ? StageState.STOPPED : instances.getFirst().state());
    }

    private static StageConfig config() {
        return config(Duration.ofSeconds(30));
    }

    private static StageConfig config(Duration drainTimeout) {
        var plain = StageConfig.defaults(0, 0, Path.of("none"), new BatchPolicy(1, 1));
        return new StageConfig(plain.host(), 0, 0, plain.bundle(), false, plain.batch(), plain.onnx(), Duration.ZERO,
                drainTimeout, plain.memoryBytes(), "", plain.registry(), plain.tls());
    }

    private static ManagedChannel channel(StageRunner runner) {
        return WireTransport.channel(runner.instance().host(), runner.instance().grpcPort()).build();
    }

    private static ServingStatus health(ManagedChannel channel, String service) {
        return HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static int get(StageRunner runner, String path) throws Exception {
        return get(runner.instance().httpPort(), path);
    }

    private static int get(int port, String path) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
            return http.send(request, BodyHandlers.ofString()).statusCode();
        }
    }

    /** A stage with one method and no model. */
    private static final class Echo implements Stage {
        private final CountDownLatch warming = new CountDownLatch(1);
        private CountDownLatch letGo = new CountDownLatch(0);
        private volatile boolean warmed;
        private volatile boolean closed;
        private ServerMethodDefinition<Frame<ProjectInputRequest>, Frame<ProjectInputResponse>> method;

        void hold() {
            letGo = new CountDownLatch(1);
        }

        @Override
        public StageDescription describe() {
            return StageDescription.newBuilder().setBundle("test").setVersion("1.0.0")
                    .addCapabilities(
                            Capability.newBuilder().setModality(Modality.IMAGE).addAccepts("a").addProduces("b"))
                    .build();
        }

        @Override
        public List<ServerMethodDefinition<?, ?>> methods() {
            return List.of(method);
        }

        @Override
        public void warm() {
            warming.countDown();
            try {
                letGo.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            warmed = true;
        }

        @Override
        public boolean stop(Budget budget) {
            return true;
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
