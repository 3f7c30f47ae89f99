// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.decode;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.wire.Frame;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChatStreamTest {
    private static final String STREAM = "'stream':true";
    private static final String USAGE = "'stream_options':{'include_usage':true}";

    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private List<JsonNode> stream(String content) {
        var events = mesh.client.events(chat(content, STREAM, USAGE));
        assertThat(events.getLast()).isEqualTo("[DONE]");
        return events.subList(0, events.size() - 1).stream().map(TestingClient::parse).toList();
    }

    private static JsonNode delta(JsonNode chunk) {
        return chunk.path("choices").path(0).path("delta");
    }

    @Test
    void theRoleComesFirstAndTheUsageLast() {
        var chunks = stream("'Hel|lo'");
        assertThat(delta(chunks.getFirst()).path("role").asText()).isEqualTo("assistant");
        assertThat(delta(chunks.get(1)).path("content").asText()).isEqualTo("Hel");
        assertThat(delta(chunks.get(2)).path("content").asText()).isEqualTo("lo");
        assertThat(chunks.get(3).path("choices").path(0).path("finish_reason").asText()).isEqualTo("stop");
        assertThat(chunks.get(3).path("usage").isNull()).isTrue();
        assertThat(chunks.get(4).path("choices")).isEmpty();
        assertThat(chunks.get(4).path("usage").path("total_tokens").asInt()).isEqualTo(9);
        assertThat(chunks).hasSize(5);
        assertThat(chunks).allMatch(chunk -> chunk.path("object").asText().equals("chat.completion.chunk"));
        assertThat(chunks.stream().map(chunk -> chunk.path("id").asText()).distinct()).hasSize(1);
    }

    @Test
    void withoutBeingAskedForUsageIsNotSent() {
        var events = mesh.client.events(chat("'Hello'", STREAM));
        assertThat(events).noneMatch(event -> event.contains("\"usage\""));
        assertThat(events.getLast()).isEqualTo("[DONE]");
    }

    @Test
    void mediaStartInTokenOrderMoveOnAndAreDoneOnce() {
        var order = new ArrayList<String>();
        for (JsonNode chunk : stream("'a|image|b|image'")) {
            var part = delta(chunk).path("parts").path(0);
            if (part.isObject()) {
                assertThat(part.path("type").asText()).isEqualTo("image_url");
                order.add(part.path("event").asText() + part.path("index").asText());
                if (part.path("event").asText().equals("done")) {
                    assertThat(decode(part.path("image_url").path("url").asText())).startsWith("PIC:");
                }
            } else if (!delta(chunk).path("content").asText().isEmpty()) {
                order.add(delta(chunk).path("content").asText());
            }
        }
        assertThat(order.stream().filter(event -> !event.startsWith("progress") && !event.startsWith("done")))
                .containsExactly("a", "start1", " b", "start3");
        for (String index : List.of("1", "3")) {
            assertThat(order.indexOf("start" + index)).isLessThan(order.indexOf("progress" + index));
            assertThat(order.lastIndexOf("progress" + index)).isLessThan(order.indexOf("done" + index));
            assertThat(order.stream().filter(("done" + index)::equals)).hasSize(1);
        }
    }

    @Test
    void mediaAreMadeWhileTheTextGoesOn() {
        var drawn = new CountDownLatch(1);
        mesh.generator = (request, call, out) -> {
            mesh.stages.generate(request, call, out);
            drawn.countDown();
        };
        mesh.backbone = (request, call, out) -> mesh.stages.reason(request, call, frame -> {
            if (frame.header().hasText()) {
                awaitQuietly(drawn); // the text after the picture waits for the picture
            }
            out.emit(frame);
        });
        assertThat(stream("'image|after'").getLast().path("usage").path("completion_tokens").asInt()).isEqualTo(2);
    }

    @Test
    void silenceIsFilledWithComments() throws Exception {
        var goOn = new CountDownLatch(1);
        var config = TestingMesh.config();
        try (var restless = new TestingMesh(new GatewayConfig(config.host(), 0, config.requestTimeout(),
                config.lameDuck(), config.drainTimeout(), Duration.ofMillis(20), config.http(), List.of(),
                config.playground(), config.memoryBytes(),
                config.registry(), config.tls(), config.stages(), config.jobs(), config.fetch(),
                StaticEndpoints.none()))) {
            restless.backbone = (request, call, out) -> {
                goOn.await();
                restless.stages.reason(request, call, out);
            };
            try (var body = restless.client.open(CHAT, chat("'Hello'", STREAM))) {
                assertThat(new String(body.readNBytes(8), StandardCharsets.UTF_8)).isEqualTo(": ping\n\n");
                goOn.countDown();
                assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8)).endsWith("data: [DONE]\n\n");
            }
        }
    }

    @Test
    void aSlowClientGetsTheWholeTextInFewerPieces() throws Exception {
        var written = new CountDownLatch(1);
        mesh.backbone = (request, call, out) -> mesh.stages.reason(request, call, frame -> {
            for (int i = 0; frame.header().hasText() && i < 2_000; i++) {
                out.emit(Frame.of(frame.header()));
            }
            out.emit(frame);
            if (frame.header().hasFinished()) {
                written.countDown();
            }
        });
        var text = "a".repeat(10_000);
        try (var body = mesh.client.open(CHAT, chat("'" + text + "'", STREAM))) {
            written.await(); // nothing is read before the backbone has written all of it
            var events = new String(body.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.isEmpty())
                    .toList();
            assertThat(events.getLast()).isEqualTo("data: [DONE]");
            assertThat(events.size()).isLessThan(1_950);
            assertThat(events.subList(0, events.size() - 1).stream()
                    .mapToInt(event -> delta(TestingClient.parse(event.substring(6))).path("content").asText().length())
                    .sum())
                    .isEqualTo(2_001 * 10_000);
        }
    }

    @Test
    void aFailureInTheMiddleEndsWithAnErrorAndNotWithDone() {
        var events = mesh.client.events(chat("'Hello|broken'", STREAM));
        var error = TestingClient.parse(events.getLast()).path("error");
        assertThat(error.path("type").asText()).isEqualTo("server_error");
        assertThat(error.path("code").asText()).isEqualTo("inference_failed");
        assertThat(error.path("message").asText()).isEqualTo("backbone failed");
        assertThat(events).doesNotContain("[DONE]").noneMatch(event -> event.contains("finish_reason\":\"stop"));
    }

    @Test
    void aBackboneThatStopsInTheMiddleIsAnErrorToo() {
        var events = mesh.client.events(chat("'Hello|cut'", STREAM));
        assertThat(TestingClient.parse(events.getLast()).path("error").path("code").asText())
                .isEqualTo("inference_failed");
    }

    @Test
    void aFailureBeforeTheFirstEventIsAStatus() {
        var answer = mesh.client.post(CHAT, chat("'broken'", STREAM));
        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.error().path("code").asText()).isEqualTo("inference_failed");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
