// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.essence;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.TestingClient.Answer;
import anymesh.kit.registry.StageState;
import anymesh.kit.server.Futures;
import anymesh.v1.Modality;
import anymesh.wire.error.Overloaded;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One instance of each stage, and it is not there. Closing the mesh proves that no embedding was left behind. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WaitingTest {
    /** All five hops, text and dice around two pictures. */
    private static final String ALL = chat(
            "[{'type':'text','text':'a|dice|image|look|dice|b|image|dice|c'}," + picture("PIC") + "]", "'seed':5");
    private static final String STREAMED = ALL.replace("\"seed\"", "\"stream\":true,\"seed\"");
    private static final String GENERATOR = "generator-image";

    private TestingMesh mesh = new TestingMesh(patient(Duration.ofSeconds(30)));

    private static GatewayConfig patient(Duration patience) {
        return with(patience, Duration.ofSeconds(30), Duration.ofSeconds(15));
    }

    private static GatewayConfig with(Duration patience, Duration requestTimeout, Duration heartbeat) {
        var config = TestingMesh.config();
        return new GatewayConfig(config.host(), 0, requestTimeout, config.lameDuck(), config.drainTimeout(), heartbeat,
                config.http(),
                List.of(), config.playground(), config.memoryBytes(), config.registry(), config.tls(),
                config.stages().withPatience(patience), config.jobs(), config.fetch(), StaticEndpoints.none());
    }

    private void replace(TestingMesh other) {
        mesh.close();
        mesh = other;
    }

    @AfterEach
    void closeWithoutLeaks() {
        assertThat(mesh.metric("anymesh_gateway_waiting")).as("waiters").isZero();
        mesh.close();
    }

    private double waiting(String service) {
        return mesh.metric("anymesh_gateway_waiting", "stage=\"%s\"".formatted(service));
    }

    private void awaitWaiting(String service) {
        await().until(() -> waiting(service) > 0);
    }

    private static <T> CompletableFuture<T> begin(Supplier<T> request) {
        return CompletableFuture.supplyAsync(request, Thread::startVirtualThread);
    }

    private static void assertUnavailable(Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(503);
        assertThat(answer.error().path("code").asText()).isEqualTo("stage_unavailable");
        assertThat(answer.header("retry-after")).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", GENERATOR})
    void aRequestWaitsForTheOnlyInstanceUntilItIsBack(String service) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        mesh.kill(service);
        mesh.registry.remove(service + "-1");
        var answer = begin(() -> mesh.client.post(CHAT, ALL));
        awaitWaiting(service);
        mesh.serve(service, 1);
        assertThat(essence(answer.join())).isEqualTo(undisturbed);
        assertThat(mesh.metric("anymesh_gateway_retries_total")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", GENERATOR})
    void aStepWaitsWhereTheRegistryHasNotNoticedYet(String service) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        mesh.kill(service);
        var answer = begin(() -> mesh.client.post(CHAT, ALL));
        awaitWaiting(service);
        mesh.become(service, StageState.STOPPED);
        mesh.become(service, StageState.LOADING);
        mesh.serve(service, 1);
        assertThat(essence(answer.join())).isEqualTo(undisturbed);
    }

    /** More addresses that nobody listens at any more than a step may be done again. */
    @ParameterizedTest
    @ValueSource(strings = {"encoder", "backbone", GENERATOR})
    void aStepWaitsWhereAWholeServiceIsNotWhereTheRegistryHasIt(String service) {
        var undisturbed = essence(mesh.client.post(CHAT, ALL));
        mesh.kill(service);
        for (int number = 2; number <= 4; number++) {
            mesh.serve(service, number);
            mesh.kill(service, number);
        }
        var answer = begin(() -> mesh.client.post(CHAT, ALL));
        awaitWaiting(service);
        mesh.serve(service, 5);
        assertThat(essence(answer.join())).isEqualTo(undisturbed);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void textGoesOnWhenTheOnlyBackboneIsBack(int event) {
        var undisturbed = essence(mesh.client.events(STREAMED));
        mesh.backbone = mesh.diesBefore(event, mesh.stages::reason);
        var events = begin(() -> mesh.client.events(STREAMED));
        awaitWaiting("backbone");
        mesh.serve("backbone", 1);
        assertThat(essence(events.join())).isEqualTo(undisturbed);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aPictureIsDrawnWhenTheOnlyGeneratorIsBack(int event) {
        var undisturbed = essence(mesh.client.events(STREAMED));
        mesh.generator = mesh.diesBefore(event, mesh.stages::generate);
        var events = begin(() -> mesh.client.events(STREAMED));
        awaitWaiting(GENERATOR);
        mesh.serve(GENERATOR, 1);
        assertThat(essence(events.join())).isEqualTo(undisturbed);
    }

    /** Such as a connection that was reset: nothing in the registry will ever change. */
    @Test
    void anInstanceThatFailedOnceAndServesOnIsAskedAgainAfterAWhile() {
        mesh.kill("encoder");
        var answer = begin(() -> mesh.client.post(CHAT, ALL));
        awaitWaiting("encoder");
        mesh.encoderListensAgain();
        assertThat(answer.join().status()).isEqualTo(200);
    }

    @Test
    void aServiceThatWasNeverThereIsRefusedAtOnce() {
        replace(new TestingMesh(patient(Duration.ofMinutes(5)), Set.of(GENERATOR), Modality.IMAGE));
        assertUnavailable(mesh.client.post(CHAT, ALL));
        assertUnavailable(mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a'}")));
    }

    @Test
    void whenPatienceEndsTheErrorIsAsEver() {
        replace(new TestingMesh(patient(Duration.ofMillis(300))));
        mesh.become(GENERATOR, StageState.DRAINING);
        assertUnavailable(mesh.client.post(CHAT, ALL));
    }

    @Test
    void nobodyWaitsLongerThanTheRequestHasTime() {
        replace(new TestingMesh(with(Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(15))));
        mesh.become("encoder", StageState.DRAINING);
        assertUnavailable(mesh.client.post(CHAT, ALL));
    }

    @Test
    void oneThatIsFullIsNotWaitedFor() {
        mesh.generator = (request, call, out) -> {
            throw new Overloaded("queue full: 64 of 64");
        };
        assertThat(mesh.client.post(CHAT, ALL).status()).isEqualTo(429);
    }

    @Test
    void whoWaitsForOneStageMayWaitForTheNext() {
        mesh.become("backbone", StageState.STOPPED);
        mesh.become("encoder", StageState.STOPPED);
        var answer = begin(() -> mesh.client.post(CHAT, ALL));
        awaitWaiting("backbone");
        mesh.become("backbone", StageState.SERVING);
        awaitWaiting("encoder");
        assertThat(waiting("backbone")).isZero();
        mesh.become("encoder", StageState.SERVING);
        assertThat(answer.join().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"backbone", "encoder", GENERATOR})
    void whoGoesAwayWhileWaitingLeavesNothingBehind(String service) throws Exception {
        replace(new TestingMesh(with(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(20))));
        mesh.become(service, StageState.STOPPED);
        try (var _ = mesh.client.open(CHAT, STREAMED)) {
            awaitWaiting(service);
        }
        await().until(() -> waiting(service) == 0);
        mesh.awaitNoEmbeddings();
        mesh.become(service, StageState.SERVING);
        assertThat(mesh.client.post(CHAT, ALL).status()).isEqualTo(200);
    }

    @Test
    void aStreamThatWaitsHasAHeartbeatAndEndsAsAStreamDoes() throws Exception {
        replace(new TestingMesh(with(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(20))));
        mesh.become("backbone", StageState.STOPPED);
        try (var body = mesh.client.open(CHAT, STREAMED)) {
            assertThat(new String(body.readNBytes(8), StandardCharsets.UTF_8)).isEqualTo(": ping\n\n");
            mesh.become("backbone", StageState.SERVING);
            assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
        }
        replace(new TestingMesh(with(Duration.ofSeconds(2), Duration.ofSeconds(30), Duration.ofMillis(20))));
        mesh.become("backbone", StageState.STOPPED);
        var events = mesh.client.events(STREAMED);
        assertThat(events).hasSize(1).first().asString().contains("stage_unavailable");
    }

    @Test
    void aGeneratorThatSleepsIsWokenByTheFirstSignalWhileTheTextGoesOn() throws Exception {
        var undisturbed = essence(mesh.client.events(STREAMED));
        replace(new TestingMesh(patient(Duration.ofSeconds(30)), Set.of(GENERATOR), Modality.IMAGE));
        Futures.join(mesh.wanted.set(GENERATOR, 0));
        assertThat(mesh.client.get("/v1/models").response().body()).contains("\"output\":[\"text\",\"image\"]");
        assertThat(mesh.client.post(CHAT, chat("'only text'")).status()).isEqualTo(200);
        assertThat(mesh.wanted.of(GENERATOR)).as("nobody has asked for it").hasValue(0);

        var events = new ArrayList<String>();
        try (var stream = new BufferedReader(new InputStreamReader(mesh.client.open(CHAT, STREAMED),
                StandardCharsets.UTF_8))) {
            readUntil(stream, events, "\"content\":\"c\"");
            assertThat(events).as("both pictures wait").filteredOn(event -> event.contains("\"waiting\":true"))
                    .hasSize(2).allSatisfy(event -> assertThat(event).contains(
                            "\"type\":\"image_url\",\"event\":\"progress\",\"step\":0,\"steps\":0,\"waiting\":true"));
            assertThat(mesh.wanted.of(GENERATOR)).hasValue(1);
            assertThat(waiting(GENERATOR)).isEqualTo(2);
            mesh.serve(GENERATOR, 1);
            readUntil(stream, events, "[DONE]");
        }
        assertThat(essence(events)).isEqualTo(undisturbed);
    }

    private static void readUntil(BufferedReader stream, List<String> events, String what) throws IOException {
        for (String line; (line = stream.readLine()) != null;) {
            if (line.startsWith("data: ")) {
                events.add(line.substring(6));
                if (line.contains(what)) {
                    return;
                }
            }
        }
        throw new AssertionError(what + " did not come: " + events);
    }

    @Test
    void anImageRouteWakesTheGeneratorBeforeTheBackboneIsBothered() {
        replace(new TestingMesh(patient(Duration.ofSeconds(30)), Set.of(GENERATOR), Modality.IMAGE));
        Futures.join(mesh.wanted.set(GENERATOR, 0));
        var answer = begin(() -> mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a','n':2}")));
        await().until(() -> mesh.wanted.of(GENERATOR).orElse(0) == 1);
        mesh.serve(GENERATOR, 1);
        assertThat(answer.join().json().path("data")).hasSize(2);
    }

    @Test
    void oneThatIsPutToSleepWhileARequestWaitsForItIsWokenAgain() {
        replace(new TestingMesh(patient(Duration.ofSeconds(30)), Set.of(GENERATOR), Modality.IMAGE));
        Futures.join(mesh.wanted.set(GENERATOR, 1));
        var answer = begin(() -> mesh.client.post(CHAT, ALL));
        awaitWaiting(GENERATOR);
        Futures.join(mesh.wanted.set(GENERATOR, 0));
        await().until(() -> mesh.wanted.of(GENERATOR).orElse(0) == 1);
        mesh.serve(GENERATOR, 1);
        assertThat(answer.join().status()).isEqualTo(200);
    }
}
