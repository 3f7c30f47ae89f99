// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.TestingClient.Answer;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.StageTimings;
import anymesh.wire.Frame;
import com.google.protobuf.ByteString;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests to a generator that says that a picture takes it a minute, and makes one whenever the test lets it. */
class ForecastTest {
    private static final String IMAGES = "/v1/images/generations";
    private static final long MINUTE_MICROS = 60_000_000;

    private final TestingMesh mesh = new TestingMesh(
            TestingMesh.config(Map.of("ANYMESH_REQUESTTIMEOUT", "PT10M", "ANYMESH_MAXWAIT", "PT150S")));
    private final Semaphore pictures = new Semaphore(0);
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void learn() {
        mesh.backbone = (request, call, out) -> {
            asked.incrementAndGet();
            mesh.stages.reason(request, call, out);
        };
        mesh.generator = (request, call, out) -> {
            pictures.acquire();
            out.emit(Frame.of(GeneratorEvent.newBuilder().setMedia(GeneratedMedia.newBuilder()
                    .setData(ByteString.copyFromUtf8("PIC")).setMimeType("image/png").setWidth(128).setHeight(128)
                    .setTimings(StageTimings.newBuilder().setInferenceMicros(MINUTE_MICROS).setBatchSize(2)
                            .setMeanBatch(2)))
                    .build()));
        };
        pictures.release();
        var first = image(null);
        assertThat(first.status()).as(first.response().body()).isEqualTo(200);
        assertThat(first.header("x-anymesh-forecast-ms")).as("nothing is known yet").isEqualTo("0");
        assertThat(asked).hasValue(1);
    }

    @AfterEach
    void closeWithoutLeaks() {
        pictures.release(1_000);
        mesh.close();
    }

    private Answer image(@Nullable String timeout) {
        return send(IMAGES, json("{'prompt':'image'}"), timeout);
    }

    private Answer send(String path, String body, @Nullable String timeout) {
        var request = mesh.client.request(path).POST(BodyPublishers.ofString(body));
        if (timeout != null) {
            request.header("x-request-timeout-ms", timeout);
        }
        return mesh.client.send(request.build());
    }

    private void awaitAsked(int all) {
        await().until(() -> asked.get() == all);
    }

    private static void assertRefused(Answer answer, String why) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(429);
        assertThat(answer.error().path("code").asText()).isEqualTo("overloaded");
        assertThat(answer.error().path("message").asText()).contains(why);
        assertThat(Long.parseLong(answer.header("retry-after-ms"))).isPositive();
    }

    @Test
    void whoWouldHaveToWaitTooLongIsToldAtOnceAndCostsNobodyAnything() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var together = Stream.<Callable<Answer>>generate(() -> () -> image(null)).limit(10)
                    .map(callers::submit).toList();
            await().until(() -> together.stream().filter(Future::isDone).count() == 7);
            awaitAsked(4);
            for (Future<Answer> refused : together.stream().filter(Future::isDone).toList()) {
                assertRefused(refused.get(), "would have to wait for about 180.0 s, longer than the 150.0 s");
                assertThat(Long.parseLong(refused.get().header("retry-after-ms"))).isBetween(30_000L, 31_000L);
            }
            pictures.release(3);
            var answers = together.stream().map(ForecastTest::get).toList();
            assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(3)
                    .extracting(answer -> Long.parseLong(answer.header("x-anymesh-forecast-ms")) / 1_000)
                    .containsExactlyInAnyOrder(60L, 120L, 180L);
            assertThat(asked).as("no stage was asked for those that were refused").hasValue(4);
        }
        pictures.release();
        assertThat(image(null).status()).as("there is room again").isEqualTo(200);
    }

    private static Answer get(Future<Answer> answer) {
        try {
            return answer.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whoWouldNotBeDoneInItsTimeIsToldAtOnceToo() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = List.of(callers.submit(() -> image(null)), callers.submit(() -> image(null)));
            awaitAsked(3);
            assertRefused(image("100000"), "would take about 180.0 s, and the request has");
            assertThat(asked).hasValue(3);
            pictures.release(3);
            for (var answer : waiting) {
                assertThat(answer.get().status()).isEqualTo(200);
            }
        }
        assertThat(image("100000").status()).as("by itself it is tried").isEqualTo(200);
    }

    @Test
    void aPictureThatAChatComesUponIsRefusedBeforeItIsWaitedFor() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var waiting = List.of(callers.submit(() -> image(null)), callers.submit(() -> image(null)));
            awaitAsked(3);
            assertRefused(send(CHAT, chat("'image'"), "100000"), "would take about 180.0 s");
            assertThat(asked).as("what it would come upon was not known before").hasValue(4);
            assertThat(send(CHAT, chat("'Hello'"), "100000").status()).isEqualTo(200);
            pictures.release(2);
            for (var answer : waiting) {
                assertThat(answer.get().status()).isEqualTo(200);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-5", "1.5", "soon", ""})
    void aTimeThatIsNoneIsRefused(String timeout) {
        var answer = image(timeout);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.error().path("param").asText()).isEqualTo("x-request-timeout-ms");
    }

    @Test
    void clientsThatWaitForShortAreNoFaultOfTheInstances() {
        for (int i = 0; i < 8; i++) {
            assertThat(image("200").status()).isEqualTo(504);
        }
        assertThat(mesh.metric("anymesh_gateway_ejections_total")).isZero();
        pictures.release(9); // those that nobody waits for take theirs too
        var answer = image(null);
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
    }

    @Test
    void aClientsTimeEndsItsRequest() {
        var answer = image("200");
        assertThat(answer.status()).isEqualTo(504);
    }
}
