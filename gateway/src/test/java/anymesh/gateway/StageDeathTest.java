// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.essence;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.balance.Ejection;
import anymesh.gateway.balance.SlowStart;
import anymesh.gateway.client.CallSettings;
import anymesh.gateway.client.CallSettings.Retries;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.GeneratorRequest;
import anymesh.wire.Frame;
import anymesh.wire.call.CallContext;
import anymesh.wire.call.Emitter;
import anymesh.wire.error.ModelNotReady;
import anymesh.wire.error.Overloaded;
import io.grpc.Status;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two instances of each stage, and one of them dies at the worst moments. Each answer must be the one that an undisturbed
 * mesh gives. Closing the mesh proves that no embedding was left behind.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StageDeathTest {
    /** All five hops, text and dice around two pictures. */
    private static final String ALL = chat(
            "[{'type':'text','text':'a|dice|image|look|dice|b|image|dice|c'}," + picture("PIC") + "]", "'seed':5");

    private final TestingMesh mesh = new TestingMesh(
            TestingMesh.config().withStages(settings(new Retries(2, 0.2, 10))));

    private static CallSettings settings(Retries retries) {
        return new CallSettings(Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ofSeconds(1),
                Duration.ofMillis(2500), Duration.ZERO, retries, Ejection.defaults(), SlowStart.defaults());
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private void twins() {
        mesh.services().forEach(service -> mesh.serve(service, 2));
    }

    private void replace(String service) {
        switch (service) {
            case "encoder" -> mesh.encoder = mesh.diesOnce(mesh.stages::encode);
            case "input-projector" -> mesh.inputProjector = mesh.diesOnce(mesh.stages::projectInput);
            case "backbone" -> mesh.backbone = mesh.diesOnce(mesh.stages::reason);
            case "output-projector" -> mesh.outputProjector = mesh.diesOnce(mesh.stages::projectOutput);
            default -> mesh.generator = mesh.diesOnce(mesh.stages::generate);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", "generator-image"})
    void anInstanceThatRefusesConnectionsIsPassedOver(String service) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        twins();
        mesh.kill(service);
        for (int i = 0; i < 12; i++) {
            assertThat(essence(mesh.client.post(CHAT, ALL))).isEqualTo(undisturbed);
        }
        assertThat(mesh.metric("anymesh_gateway_retries_total", "kind=\"repeated\"")).as("until it was ejected")
                .isBetween(1.0, 6.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", "generator-image"})
    void aStepWhoseInstanceDiesBeforeAnyOutputIsDoneAgainElsewhere(String service) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        twins();
        replace(service);
        assertThat(essence(mesh.client.post(CHAT, ALL))).isEqualTo(undisturbed);
        assertThat(mesh.metric("anymesh_gateway_retries_total", "kind=\"repeated\"", "stage=\"%s\"".formatted(service)))
                .isGreaterThanOrEqualTo(1);
        assertThat(mesh.metric("anymesh_gateway_retries_total", "kind=\"resumed\"")).isZero();
    }

    /** Such as "UNKNOWN: channel closed", once and twice in a row. */
    @ParameterizedTest
    @EnumSource(names = {"INTERNAL", "UNKNOWN", "UNAVAILABLE", "CANCELLED", "DATA_LOSS", "UNIMPLEMENTED"})
    void whatNoStageSaidIsDoneAgain(Status.Code code) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        twins();
        for (int times = 1; times <= 2; times++) {
            for (int i = 0; i < times; i++) {
                mesh.saidByGrpc.add(code.toStatus().withDescription("channel closed"));
            }
            assertThat(essence(mesh.client.post(CHAT, ALL))).isEqualTo(undisturbed);
            assertThat(mesh.saidByGrpc).isEmpty();
        }
    }

    /** 9 orders make 9 events and the end: before the first, amid text, before and after each signal, before the end. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void anAnswerWhoseBackboneDiesGoesOnAsIfNothingHadHappened(int event) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        twins();
        mesh.backbone = mesh.diesBefore(event, mesh.stages::reason);
        assertThat(essence(mesh.client.post(CHAT, ALL))).isEqualTo(undisturbed);
        assertThat(mesh.metric("anymesh_gateway_retries_total", event == 0 ? "kind=\"repeated\"" : "kind=\"resumed\""))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void aStreamWhoseBackboneDiesIsOneStream(int event) {
        var streamed = ALL.replace("\"seed\"", "\"stream\":true,\"seed\"");
        var undisturbed = essence(mesh.client.events(streamed));
        twins();
        mesh.backbone = mesh.diesBefore(event, mesh.stages::reason);
        assertThat(essence(mesh.client.events(streamed))).isEqualTo(undisturbed);
    }

    /** Three steps and the picture. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aPictureWhoseGeneratorDiesIsDrawnElsewhereAndItsProgressNeverGoesBack(int event) {
        var streamed = ALL.replace("\"seed\"", "\"stream\":true,\"seed\"");
        var undisturbed = essence(mesh.client.events(streamed));
        twins();
        mesh.generator = mesh.diesBefore(event, mesh.stages::generate);
        assertThat(essence(mesh.client.events(streamed))).isEqualTo(undisturbed);
        assertThat(mesh.metric("anymesh_gateway_retries_total", event == 0 ? "kind=\"repeated\"" : "kind=\"resumed\""))
                .isGreaterThanOrEqualTo(1);
    }

    @Test
    void withoutASeedASecondInstanceStillHasTheSeedOfTheFirst() {
        twins();
        Set<Long> written = ConcurrentHashMap.newKeySet();
        Set<Long> drawn = ConcurrentHashMap.newKeySet();
        var reason = mesh.diesBefore(2, mesh.stages::reason);
        mesh.backbone = (request, call, out) -> {
            written.add(request.header().getSampling().getSeed());
            reason.handle(request, call, out);
        };
        var generate = mesh.diesBefore(2, mesh.stages::generate);
        mesh.generator = (request, call, out) -> {
            drawn.add(request.header().getSeed());
            generate.handle(request, call, out);
        };
        assertThat(mesh.client.post(CHAT, chat("'a|dice|b|image'")).status()).isEqualTo(200);
        assertThat(written).hasSize(1).doesNotContain(0L);
        assertThat(drawn).hasSize(1);
        assertThat(mesh.metric("anymesh_gateway_retries_total", "kind=\"resumed\"")).isEqualTo(2);
    }

    @Test
    void aBackboneThatHangsIsGivenUpLongBeforeTheDeadline() {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        twins();
        var first = new AtomicBoolean(true);
        mesh.backbone = (request, call, out) -> {
            if (first.getAndSet(false)) {
                TestingMesh.awaitEnd(call);
            }
            mesh.stages.reason(request, call, out);
        };
        assertThat(essence(mesh.client.post(CHAT, ALL))).isEqualTo(undisturbed);
    }

    @Test
    void aGeneratorThatHangsAmidItsStepsIsGivenUpAndToldSo() {
        var undisturbed = essence(mesh.client.post(CHAT, chat("'image'", "'seed':5")));
        twins();
        var first = new AtomicBoolean(true);
        mesh.generator = (request, call, out) -> generateOrHang(first.getAndSet(false), request, call, out);
        assertThat(essence(mesh.client.post(CHAT, chat("'image'", "'seed':5")))).isEqualTo(undisturbed);
        Awaitility.await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
    }

    private void generateOrHang(boolean hang, Frame<GeneratorRequest> request, CallContext call,
            Emitter<GeneratorEvent> out) throws InterruptedException {
        if (hang) {
            mesh.stages.generateForever(request, call, out);
        } else {
            mesh.stages.generate(request, call, out);
        }
    }

    /** As a process that was stopped with SIGSTOP: the system accepts its connections, and nobody ever answers. */
    @ParameterizedTest
    @ValueSource(strings = {"encoder", "backbone", "generator-image"})
    void anInstanceThatAcceptsAndNeverAnswersIsGivenUpAndEjected(String service) throws IOException {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        try (var frozen = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            mesh.register(service, service + "-frozen", frozen.getLocalPort());
            for (int i = 0; i < 100 && mesh.metric("anymesh_gateway_ejections_total") == 0; i++) {
                assertThat(essence(mesh.client.post(CHAT, ALL))).isEqualTo(undisturbed);
            }
            assertThat(mesh.metric("anymesh_gateway_ejections_total", "stage=\"%s\"".formatted(service))).isEqualTo(1);
            assertThat(
                    mesh.metric("anymesh_gateway_instance_ejected", "stage_instance=\"%s-frozen\"".formatted(service)))
                    .isEqualTo(1);
            assertThat(mesh.metric("anymesh_gateway_instance_outstanding")).isZero();
        }
    }

    @Test
    void aStageThatIsLeavingOrFullSendsItsWorkElsewhere() {
        twins();
        var first = new AtomicBoolean(true);
        mesh.encoder = (request, call, out) -> {
            if (first.getAndSet(false)) {
                throw new ModelNotReady("draining");
            }
            mesh.stages.encode(request, call, out);
        };
        var second = new AtomicBoolean(true);
        mesh.generator = (request, call, out) -> {
            if (second.getAndSet(false)) {
                throw new Overloaded("queue full");
            }
            mesh.stages.generate(request, call, out);
        };
        assertThat(mesh.client.post(CHAT, ALL).status()).isEqualTo(200);
        assertThat(mesh.metric("anymesh_gateway_ejections_total")).isZero();
    }

    @Test
    void anAnswerUnderWhichTwoProcessesDieEndsWithAnErrorAndNeverCleanly() {
        twins();
        mesh.serve("backbone", 3);
        var breaks = new AtomicInteger(2);
        mesh.backbone = (request, call, out) -> {
            boolean dies = breaks.getAndDecrement() > 0;
            var count = new AtomicInteger();
            mesh.stages.reason(request, call, frame -> {
                if (dies && count.getAndIncrement() == 1) {
                    frame.close();
                    mesh.die();
                    TestingMesh.awaitEnd(call);
                }
                out.emit(frame);
            });
        };
        var events = mesh.client.events(chat("'a|b|c|d'", "'stream':true"));
        assertThat(TestingClient.parse(events.getLast()).path("error").path("code").asText())
                .isEqualTo("inference_failed");
        assertThat(events).doesNotContain("[DONE]").noneMatch(event -> event.contains("\"finish_reason\":\"stop\""));
    }

    @Test
    void whatTheRequestIsAtFaultForIsNotTriedTwice() {
        twins();
        var calls = new AtomicInteger();
        mesh.backbone = (request, call, out) -> {
            calls.incrementAndGet();
            mesh.stages.reason(request, call, out);
        };
        assertThat(mesh.client.post(CHAT, chat("'broken'")).status()).isEqualTo(502);
        assertThat(calls).hasValue(1);
        assertThat(mesh.client.post(CHAT, chat("[" + picture("text") + "]")).status()).isEqualTo(400);
        assertThat(mesh.metric("anymesh_gateway_retries_total")).isZero();
    }

    @Test
    void aCallThatFoundNobodyCostsNoBudget() {
        var broke = new TestingMesh(TestingMesh.config().withStages(settings(new Retries(2, 0, 0))));
        try (broke) {
            broke.serve("backbone", 2);
            broke.kill("backbone");
            for (int i = 0; i < 10 || broke.metric("anymesh_gateway_retries_total", "kind=\"repeated\"",
                    "stage=\"backbone\"") == 0; i++) {
                assertThat(broke.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
            }
        }
    }

    @Test
    void withoutABudgetAFailureIs503WithRetryAfter() {
        var broke = new TestingMesh(TestingMesh.config().withStages(settings(new Retries(2, 0, 0))));
        try (broke) {
            broke.serve("backbone", 2);
            broke.backbone = broke.diesOnce(broke.stages::reason);
            var answer = broke.client.post(CHAT, chat("'Hello'"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("retry-after")).isNotEmpty();
            assertThat(answer.error().path("code").asText()).isEqualTo("stage_unavailable");
            assertThat(broke.metric("anymesh_gateway_retries_total", "kind=\"refused\"", "stage=\"backbone\""))
                    .isEqualTo(1);
        }
    }

    @Test
    void tenCopiesOfWhichOneIsLostAreTenCopies() {
        var request = json("{'model':'toyworld','prompt':'a','n':10,'seed':3}");
        var undisturbed = mesh.client.post(IMAGES, request).json().path("data").toString();
        twins();
        mesh.generator = mesh.diesBefore(2, mesh.stages::generate);
        assertThat(mesh.client.post(IMAGES, request).json().path("data").toString()).isEqualTo(undisturbed);
    }

    @Test
    void aCallerThatGoesAwayWhileAStepIsDoneAgainLeavesNothingBehind() throws Exception {
        twins();
        var calls = new AtomicInteger();
        var again = new CountDownLatch(1);
        var dying = mesh.diesBefore(1, mesh.stages::reason);
        mesh.backbone = (request, call, out) -> {
            if (calls.incrementAndGet() == 1) {
                dying.handle(request, call, out);
            }
            again.countDown();
            TestingMesh.awaitEnd(call);
        };
        try (var _ = mesh.client.open(CHAT, ALL.replace("\"seed\"", "\"stream\":true,\"seed\""))) {
            again.await();
        }
        assertThat(calls).hasValue(2);
    }
}
