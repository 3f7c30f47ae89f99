// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.TestingClient.Answer;
import anymesh.gateway.keys.ApiKey;
import anymesh.v1.Modality;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API where it has keys: who is let in, how much of it, and what is seen of others. */
class KeysTest {
    private static final String VIDEOS = "/v1/videos";
    private static final String SHOP = ApiKey.random();
    private static final String LAB = ApiKey.random();
    private static final String OPERATORS = ApiKey.random();

    @TempDir
    Path folder;

    private TestingMesh mesh;

    @BeforeEach
    void start() throws IOException {
        var file = folder.resolve("keys.yaml");
        Files.writeString(file, """
                keys:
                  - {name: shop, sha256: %s, limits: {requestsPerMinute: 1000, workPerMinute: 100000}}
                  - {name: lab, sha256: %s, limits: {requestsAtOnce: 1, requestsPerMinute: 2}}
                  - {name: operators, sha256: %s, admin: true}
                """.formatted(ApiKey.hash(SHOP), ApiKey.hash(LAB), ApiKey.hash(OPERATORS)));
        mesh = new TestingMesh(TestingMesh.config(Map.of("ANYMESH_KEYS_FILE", file.toString()))
                .withJobs(VideosTest.jobs(folder, 1)), Modality.IMAGE, Modality.VIDEO);
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private Answer send(String method, String path, @Nullable String key, @Nullable String body, String... headers) {
        var request = mesh.client.request(path).method(method,
                body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (key != null) {
            request.header("authorization", "Bearer " + key);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return mesh.client.send(request.build());
    }

    private Answer get(String path, @Nullable String key) {
        return send("GET", path, key, null);
    }

    private Answer ask(@Nullable String key, String words) {
        return send("POST", CHAT, key, chat("'" + words + "'"));
    }

    private double work() {
        return get("/metrics", OPERATORS).response().body().lines()
                .filter(line -> line.startsWith("anymesh_gateway_key_work_total{key=\"shop\"}"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    @Test
    void allChoicesAreSpentForAndTheirPromptOnce() {
        assertThat(ask(SHOP, "Hello").status()).isEqualTo(200);
        double one = work();
        assertThat(send("POST", CHAT, SHOP, chat("'Hello'", "'n':3")).status()).isEqualTo(200);
        assertThat(work() - one).as("seven tokens of the prompt, and one of each choice").isEqualTo(7 + 3);
    }

    private String video(String key, String... headers) {
        var made = send("POST", VIDEOS, key, json("{'prompt':'a bell'}"), headers);
        assertThat(made.status()).as(made.response().body()).isEqualTo(200);
        return made.json().path("id").asText();
    }

    @Test
    void withoutAKeyOrWithAWrongOneNothingIsDone() {
        var without = ask(null, "Hello");
        assertThat(without.status()).isEqualTo(401);
        assertThat(without.error().path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(without.error().path("code").asText()).isEqualTo("invalid_api_key");
        assertThat(without.error().path("message").asText()).contains("Authorization: Bearer");
        assertThat(without.header("www-authenticate")).isEqualTo("Bearer");
        var wrong = ask("sk-anymesh-wrong", "Hello");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.response().body()).doesNotContain("sk-anymesh-wrong");
        assertThat(ask(SHOP, "Hello").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/v1/models/toyworld", VIDEOS, VIDEOS + "/video_1",
        VIDEOS + "/video_1/content", "/mesh", "/metrics"})
    void whatTellsOfTheMeshOrOfCallersNeedsOne(String path) {
        assertThat(get(path, null).status()).isEqualTo(401);
        assertThat(get(path, OPERATORS).status()).isIn(200, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/playground/main.js", "/docs", "/openapi.json", "/healthz", "/readyz"})
    void whatTellsNothingIsOpen(String path) {
        assertThat(get(path, null).status()).isEqualTo(200);
    }

    @Test
    void aBrowserMayAskBeforehandWithoutOne() {
        var preflight = send("OPTIONS", CHAT, null, null, "origin", "https://app.example.org",
                "access-control-request-method", "POST", "access-control-request-headers", "authorization");
        assertThat(preflight.status()).isLessThan(300);
        assertThat(preflight.header("access-control-allow-origin")).isEqualTo("https://app.example.org");
        var refused = send("POST", CHAT, null, chat("'Hello'"), "origin", "https://app.example.org");
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.header("access-control-allow-origin")).as("or its page could not read why")
                .isEqualTo("https://app.example.org");
    }

    @Test
    void metricsAreForAdministratorsAndCountByKey() {
        ask(SHOP, "image");
        assertThat(get("/metrics", SHOP).status()).isEqualTo(403);
        var metrics = get("/metrics", OPERATORS).response().body();
        assertThat(metrics).contains("anymesh_gateway_key_requests_total{key=\"shop\"}");
        assertThat(metrics.lines().filter(line -> line.startsWith("anymesh_gateway_key_work_total{key=\"shop\"}"))
                .findFirst().orElseThrow()).doesNotEndWith(" 0.0");
        assertThat(metrics).doesNotContain(SHOP, ApiKey.hash(SHOP));
    }

    @Test
    void aLimitIsToldAndThenHeldTo() {
        var first = ask(LAB, "Hello");
        assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("1");
        assertThat(first.header("x-ratelimit-reset-requests")).matches("[0-9.]+s");
        assertThat(ask(LAB, "Hello").status()).isEqualTo(200);
        var over = ask(LAB, "Hello");
        assertThat(over.status()).isEqualTo(429);
        assertThat(over.error().path("code").asText()).isEqualTo("rate_limit_exceeded");
        assertThat(over.error().path("message").asText()).contains("requests per minute", "2");
        int seconds = Integer.parseInt(over.header("retry-after"));
        assertThat(Long.parseLong(over.header("retry-after-ms"))).isBetween(1L, seconds * 1000L);
        assertThat(ask(SHOP, "Hello").status()).as("others have theirs").isEqualTo(200);
        assertThat(get("/v1/models", LAB).status()).as("what takes nothing is not counted").isEqualTo(200);
    }

    @Test
    void requestsAtOnceAreLimitedByKey() throws Exception {
        var goOn = new CountDownLatch(1);
        mesh.backbone = (request, call, out) -> {
            goOn.await();
            mesh.stages.reason(request, call, out);
        };
        var answers = new ArrayList<Answer>();
        var waiting = Thread.ofVirtual().start(() -> answers.add(ask(LAB, "Hello")));
        await().until(() -> get("/metrics", OPERATORS).response().body().contains("requests_active 1.0"));
        var over = ask(LAB, "Hello");
        assertThat(over.status()).isEqualTo(429);
        assertThat(over.error().path("message").asText()).contains("requests at once");
        goOn.countDown();
        waiting.join();
        assertThat(answers.getFirst().status()).isEqualTo(200);
        assertThat(ask(LAB, "Hello").status()).isEqualTo(200);
    }

    @Test
    void videosAreTheirMakersAndTheAdministrators() {
        var id = video(SHOP);
        assertThat(get(VIDEOS + "/" + id, SHOP).status()).isEqualTo(200);
        for (var answer : new Answer[]{get(VIDEOS + "/" + id, LAB), get(VIDEOS + "/" + id + "/content", LAB),
            send("DELETE", VIDEOS + "/" + id, LAB, null),
            send("POST", VIDEOS + "/" + id + "/remix", LAB, json("{'prompt':'blue'}"))}) {
            assertThat(answer.status()).as(answer.response().body()).isIn(404, 429);
        }
        assertThat(get(VIDEOS, LAB).json().path("data")).isEmpty();
        assertThat(get(VIDEOS, SHOP).json().path("data")).hasSize(1);
        assertThat(get(VIDEOS, OPERATORS).json().path("data")).hasSize(1);
        await().until(() -> get(VIDEOS + "/" + id, SHOP).json().path("status").asText().equals("completed"));
        await("the film is counted for whoever asked for it").until(() -> get("/metrics", OPERATORS).response().body()
                .lines().anyMatch(line -> line.startsWith("anymesh_gateway_key_work_total{key=\"shop\"}")));
        assertThat(send("DELETE", VIDEOS + "/" + id, OPERATORS, null).status()).isEqualTo(200);
    }

    @Test
    void anIdempotencyKeyIsItsCallersOwn() {
        var mine = video(SHOP, "idempotency-key", "order 1");
        assertThat(video(SHOP, "idempotency-key", "order 1")).isEqualTo(mine);
        assertThat(video(OPERATORS, "idempotency-key", "order 1")).isNotEqualTo(mine);
    }
}
