// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.routing.StoredRoutes;
import anymesh.gateway.swap.StoredSwaps;
import anymesh.gateway.swap.Supply;
import anymesh.gateway.swap.Swap;
import anymesh.gateway.swap.SwapLimits;
import anymesh.gateway.swap.SwapOptions;
import anymesh.kit.registry.Release;
import anymesh.kit.server.Futures;
import anymesh.kit.store.Document;
import anymesh.v1.Modality;
import anymesh.wire.error.InferenceFailed;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A picture generator is swapped under requests, of which none may fail. */
class SwapTest {
    private static final Release OLD = Release.parse("generator-image=toyworld@1.0.0");
    private static final Release NEW = Release.parse("generator-image=toyworld@2.0.0");
    private static final String CANDIDATE = "generator-image-2";
    private static final Duration LONG = Duration.ofMinutes(3);
    /** These tests are not about times, which say nothing on a busy machine. */
    private static final SwapLimits ANY_TIME = new SwapLimits(0.05, 100, 0.95, 2);

    private final TestingMesh mesh = new TestingMesh(TestingMesh.config(), Modality.IMAGE);
    private final StoredSwaps swaps = new StoredSwaps(mesh.store);
    private final AtomicInteger asked = new AtomicInteger();

    @BeforeEach
    void serveTheCandidate() {
        mesh.serveCandidate("generator-image", 2, "2.0.0");
    }

    @AfterEach
    void close() {
        mesh.close();
    }

    private static SwapOptions options(Duration maxHold, String... golden) {
        return new SwapOptions(List.of(30, 100), Duration.ofMillis(200), maxHold, 50, ANY_TIME, false,
                List.of(golden), 50);
    }

    private void begin(SwapOptions options) {
        Futures.join(swaps.begin(
                Swap.begin(Modality.IMAGE, Set.of(OLD), Set.of(NEW), Supply.NONE, options, Instant.now(),
                        "a test wants it")));
    }

    private Swap swap() {
        return Futures.join(swaps.get(Modality.IMAGE)).orElseThrow();
    }

    /** Asks for pictures until the swap is over; no caller notices. */
    private Swap ask() {
        long end = System.nanoTime() + LONG.toNanos();
        while (!swap().isOver()) {
            assertThat(System.nanoTime()).as("the swap ends in time: %s", swap()).isLessThan(end);
            picture();
        }
        return swap();
    }

    private Set<String> picture() {
        var answer = mesh.client.post(CHAT, chat("'image'"));
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().path("choices").get(0).path("message").path("parts")).hasSize(1);
        asked.incrementAndGet();
        var versions = new HashSet<String>();
        StreamSupport.stream(answer.json().path("usage").path("stages").spliterator(), false)
                .filter(stage -> stage.path("stage").asText().equals("generator-image"))
                .map(stage -> stage.path("version").asText()).forEach(versions::add);
        assertThat(versions).as("releases that made one output").hasSize(1);
        assertThat(answer.response().headers().firstValue("x-anymesh-releases").orElse(""))
                .contains("backbone=toyworld@1.0.0", "generator-image=toyworld@" + versions.iterator().next());
        return versions;
    }

    private static String last(Swap swap) {
        return swap.events().getLast().text();
    }

    @Test
    void withoutARouteACandidateGetsNothing() {
        for (int i = 0; i < 20; i++) {
            assertThat(picture()).containsExactly("1.0.0");
        }
    }

    @Test
    void whatIsAsGoodTakesOver() {
        begin(options(LONG));
        var swap = ask();
        assertThat(swap.state()).as(last(swap)).isEqualTo(Swap.State.PROMOTED);
        await().untilAsserted(() -> assertThat(picture()).containsExactly("2.0.0"));
        assertThat(Futures.join(mesh.store.get(StoredRoutes.FOLDER + "output/image")).orElseThrow().text())
                .isEqualTo("{\"shares\":[{\"releases\":[\"generator-image=toyworld@2.0.0\"],\"weight\":100}]}");
    }

    @Test
    void whatFailsIsMadeAgainByTheIncumbentUntilItIsRolledBack() {
        mesh.generator = (request, call, out) -> {
            if (mesh.servedBy().equals(CANDIDATE) && swap().state() == Swap.State.STEP) {
                throw new InferenceFailed("NaN");
            }
            mesh.stages.generate(request, call, out);
        };
        begin(options(LONG));
        var swap = ask();
        assertThat(swap.state()).isEqualTo(Swap.State.ROLLED_BACK);
        assertThat(last(swap)).startsWith("errors is worse: ");
        assertThat(asked).hasValueGreaterThan(10);
        await().untilAsserted(() -> assertThat(picture()).containsExactly("1.0.0"));
    }

    @Test
    void whatHangsIsMadeAgainToo() {
        mesh.generator = (request, call, out) -> {
            if (mesh.servedBy().equals(CANDIDATE)) {
                TestingMesh.awaitEnd(call);
            }
            mesh.stages.generate(request, call, out);
        };
        route("{\"shares\":[{\"releases\":[\"%s\"],\"weight\":0},{\"releases\":[\"%s\"],\"weight\":100,\"trial\":\"x\"}]}"
                .formatted(OLD, NEW));
        await().atMost(LONG).untilAsserted(() -> assertThat(picture()).containsExactly("1.0.0"));
    }

    @Test
    void whoseInstanceDiesIsMadeAgain() {
        mesh.generator = (request, call, out) -> {
            if (mesh.servedBy().equals(CANDIDATE)) {
                mesh.die();
                TestingMesh.awaitEnd(call);
            }
            mesh.stages.generate(request, call, out);
        };
        route("{\"shares\":[{\"releases\":[\"%s\"],\"weight\":0},{\"releases\":[\"%s\"],\"weight\":100,\"trial\":\"x\"}]}"
                .formatted(OLD, NEW));
        for (int i = 0; i < 5; i++) {
            assertThat(picture()).containsExactly("1.0.0");
        }
    }

    private void route(String text) {
        assertThat(Futures.join(mesh.store.put(StoredRoutes.FOLDER + "output/image", text, Document.ABSENT))).isTrue();
    }

    @Test
    void goldenPromptsFillInWhereThereIsNoTraffic() {
        begin(options(LONG, "image", "image|and more"));
        await().atMost(LONG).until(() -> swap().isOver());
        assertThat(swap().state()).as(last(swap())).isEqualTo(Swap.State.PROMOTED);
    }

    @Test
    void whatCannotMakeAGoldenPromptIsRefusedAndNothingMoves() {
        var standing = "{\"shares\":[{\"releases\":[\"%s\"],\"weight\":1}]}".formatted(OLD);
        route(standing);
        mesh.generator = (request, call, out) -> {
            if (mesh.servedBy().equals(CANDIDATE)) {
                throw new InferenceFailed("NaN");
            }
            mesh.stages.generate(request, call, out);
        };
        begin(options(LONG, "image"));
        await().atMost(LONG).until(() -> swap().isOver());
        assertThat(swap().state()).isEqualTo(Swap.State.REFUSED);
        assertThat(last(swap())).isEqualTo("it cannot make 'image': generator-image failed");
        assertThat(Futures.join(mesh.store.get(StoredRoutes.FOLDER + "output/image")).orElseThrow().text())
                .isEqualTo(standing);
    }

    @Test
    void twoSwapsOfAModalityAtOnceAreRefused() {
        begin(options(LONG));
        assertThatThrownBy(() -> begin(options(LONG))).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a swap of image goes on already");
    }

    @Test
    void aRequestThatTheCandidateCannotHonourGoesToTheOneThatCan() {
        mesh.describe("generator-image", 2, capability -> capability.setMaxInferenceSteps(2));
        route("{\"shares\":[{\"releases\":[\"%s\"],\"weight\":1},{\"releases\":[\"%s\"],\"weight\":99}]}"
                .formatted(OLD, NEW));
        await().untilAsserted(() -> assertThat(picture()).containsExactly("2.0.0"));
        for (int i = 0; i < 10; i++) {
            var answer = mesh.client.post("/v1/images/generations",
                    "{\"model\":\"toyworld\",\"prompt\":\"a bell\",\"num_inference_steps\":20}");
            assertThat(answer.json().path("anymesh").path("route").findValuesAsText("instance"))
                    .as(answer.response().body()).contains("generator-image-1").doesNotContain(CANDIDATE);
        }
    }
}
