// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.TestingClient.Answer;
import anymesh.kit.registry.StageState;
import anymesh.v1.EncodeResponse;
import anymesh.wire.Frame;
import anymesh.wire.error.Overloaded;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FailureTest {
    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static void assertFailed(Answer answer, int status, String type, String code) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.error().path("type").asText()).isEqualTo(type);
        assertThat(answer.error().path("code").asText()).isEqualTo(code);
        assertThat(answer.header("retry-after").isEmpty()).isEqualTo(status != 503 && status != 429);
    }

    private Answer allFiveHops() {
        return mesh.client.post(CHAT, chat("[{'type':'text','text':'look|image'}," + picture("PIC") + "]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", "generator-image"})
    void aStageThatIsStillLoadingIs503WithRetryAfterUntilItServes(String service) {
        mesh.become(service, StageState.WARMING);
        assertFailed(allFiveHops(), 503, "server_error", "model_not_ready");
        mesh.become(service, StageState.SERVING);
        assertThat(allFiveHops().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", "generator-image"})
    void aStageThatIsGoneIs503WithRetryAfter(String service) {
        mesh.registry.remove(service + "-1");
        assertFailed(allFiveHops(), 503, "server_error", "stage_unavailable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"encoder", "input-projector", "backbone", "output-projector", "generator-image"})
    void aStageThatDiedUnnoticedIs503AndItsAddressStaysSecret(String service) {
        mesh.kill(service);
        var answer = allFiveHops();
        assertFailed(answer, 503, "server_error", "stage_unavailable");
        assertThat(answer.response().body()).doesNotContain("127.0.0.1").doesNotContain("refused");
    }

    @Test
    void textIsAnsweredWhileEveryOtherStageIsDown() {
        for (String service : List.of("encoder", "input-projector", "output-projector", "generator-image")) {
            mesh.registry.remove(service + "-1");
        }
        assertThat(mesh.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
    }

    @Test
    void anImageRouteKnowsBeforehandThatNobodyDraws() {
        mesh.registry.remove("generator-image-1");
        mesh.backbone = (request, call, out) -> {
            throw new IllegalStateException("the backbone must not be bothered");
        };
        assertFailed(mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a'}")), 503, "server_error",
                "stage_unavailable");
    }

    @Test
    void aFullQueueIs429WithRetryAfter() {
        mesh.generator = (request, call, out) -> {
            throw new Overloaded("queue full: 64 of 64");
        };
        assertFailed(allFiveHops(), 429, "rate_limit_error", "overloaded");
    }

    @Test
    void moreRequestsThanTheGatewayTakesAre429() throws Exception {
        var goOn = new CountDownLatch(1);
        mesh.finishOnlyAfter(goOn);
        var waiting = new ArrayList<InputStream>();
        for (int i = 0; i < 64; i++) {
            waiting.add(mesh.client.open(CHAT, chat("'Hello'", "'stream':true")));
        }
        assertFailed(mesh.client.post(CHAT, chat("'Hello'")), 429, "rate_limit_error", "overloaded");
        goOn.countDown();
        for (var stream : waiting) {
            assertThat(new String(stream.readAllBytes(), StandardCharsets.UTF_8)).endsWith("[DONE]\n\n");
        }
        assertThat(mesh.client.post(CHAT, chat("'Hello'")).status()).isEqualTo(200);
    }

    @Test
    void aRequestThatTakesTooLongIs504AndStopsTheGenerator() throws Exception {
        var patient = TestingMesh.config();
        try (var hasty = new TestingMesh(new GatewayConfig(patient.host(), 0, Duration.ofSeconds(2),
                patient.lameDuck(), patient.drainTimeout(), patient.heartbeat(), patient.http(), List.of(),
                patient.playground(), patient.memoryBytes(),
                patient.registry(), patient.tls(), patient.stages(), patient.jobs(), patient.fetch(),
                StaticEndpoints.none()))) {
            hasty.client.post(CHAT, chat("'image'")); // has everything loaded that is loaded late
            hasty.generator = hasty.stages::generateForever;
            assertFailed(hasty.client.post(CHAT, chat("'image'")), 504, "server_error", "deadline_exceeded");
            Awaitility.await().until(() -> hasty.stages.cancelledGenerations.get() == 1);
        }
    }

    @Test
    void whatWentWrongInsideStaysInside() {
        var answer = mesh.client.post(CHAT, chat("'broken'"));
        assertFailed(answer, 502, "server_error", "inference_failed");
        assertThat(answer.response().body()).doesNotContain("secret").doesNotContain("onnx");
    }

    @Test
    void oneFailureEndsTheWholeAnswerAndStopsTheRest() {
        mesh.generator = (request, call, out) -> {
            if (request.header().getSeed() == 1) {
                mesh.stages.generating.await();
                throw new IllegalStateException("out of memory");
            }
            mesh.stages.generateForever(request, call, out);
        };
        assertFailed(mesh.client.post(IMAGES, json("{'model':'toyworld','prompt':'a','n':2,'seed':0}")), 502,
                "server_error", "inference_failed");
        Awaitility.await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
    }

    @Test
    void twoBatchesWhereOneBelongsAreRefused() {
        mesh.encoder = (request, call, out) -> out.emit(Frame.of(
                EncodeResponse.getDefaultInstance(), mesh.stages.rows("toy-image", List.of(1f)),
                mesh.stages.rows("toy-image", List.of(1f))));
        assertFailed(allFiveHops(), 502, "server_error", "contract_mismatch");
    }
}
