// SPDX-License-Identifier: Apache-2.0
package anymesh.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.cli.EmbeddedMesh;
import anymesh.cli.settings.ServiceSettings;
import anymesh.gateway.keys.ApiKey;
import anymesh.kit.registry.InMemoryStageRegistry;
import anymesh.kit.store.InMemoryMeshStore;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.Route.FulfillOptions;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The playground in Chromium, against a whole mesh. Screenshots are kept in {@code target/playground}. */
@Timeout(120)
final class PlaygroundIT {
    /** Bytes a second: an answer forms for some seconds at least, however fast the mesh is. */
    private static final int SLOWLY = 4_000;

    private static final String FILM = "film a red bell flying left and let me hear it";

    /** A picture has come as far as a preview of one pixel. */
    private static final String HALF_AN_ANSWER = """
            data: {"choices":[{"delta":{"content":"half an"}}]}

            data: {"choices":[{"delta":{"parts":[{"index":1,"type":"image_url","event":"progress","step":1,"steps":2}]}}]}

            data: {"choices":[{"delta":{"parts":[{"index":1,"type":"image_url","event":"preview","preview":1,\
            "image_url":{"url":"data:image/gif;base64,R0lGODlhAQABAIAAAP8AAAAAACH5BAAAAAAALAAAAAABAAEAAAICRAEAOw=="}}]}}]}

            """;

    private static EmbeddedMesh mesh;
    private static Chromium chromium;

    @BeforeAll
    static void start() {
        chromium = Chromium.start();
        mesh = EmbeddedMesh.start(Python.ROOT, 0);
    }

    @AfterAll
    static void everyEmbeddingIsFreedWhenItCloses() {
        chromium.close();
        mesh.close();
    }

    @AfterEach
    void noScriptFailedAndNothingWasForbidden() {
        assertThat(chromium.complaints()).isEmpty();
    }

    private static PlaygroundPage open() {
        return open(1440, 900, ColorScheme.LIGHT);
    }

    private static PlaygroundPage open(int width, int height, ColorScheme scheme) {
        var page = new PlaygroundPage(chromium.open(mesh.url() + "/", width, height, scheme));
        page.page().waitForSelector(".mesh");
        return page;
    }

    private static byte[] fixture(String name) throws IOException {
        return Files.readAllBytes(Python.ROOT.resolve("models/fixtures").resolve(name));
    }

    @Test
    void aPictureIsAskedForAndItsPathIsLit() {
        try (var playground = open()) {
            playground.shoot("welcome");
            var exchange = playground.answer(1, "draw a red bell at the top left");
            assertThat(exchange.locator(".part-text").first().textContent()).contains("red bell");
            assertThat(exchange.locator("img.made").evaluate("image => image.decode().then(() => image.naturalWidth)"))
                    .isEqualTo(128);
            assertThat(playground.lit()).isEqualTo(
                    Map.of("backbone", "done", "output-projector", "done", "generator-image", "done"));
            assertThat(playground.page().locator(".signal").allTextContents()).singleElement().asString()
                    .contains("[IMG]");
            assertThat(playground.page().locator("#hops tbody tr")).satisfies(rows -> {
                assertThat(rows.count()).isEqualTo(3);
                assertThat(rows.allTextContents()).allMatch(row -> row.matches(".* ms.*B$"));
            });
            assertThat(playground.page().locator(".node-share").allTextContents()).hasSize(7).containsOnly("100%");
            playground.shoot("picture");
        }
    }

    @Test
    void aGatewayThatAsksForAKeyGetsIt() {
        var key = ApiKey.random();
        var settings = new ServiceSettings(null, Map.of("ANYMESH_KEYS_HASHES", "test=" + ApiKey.hash(key)));
        try (var locked = EmbeddedMesh.start(Python.ROOT, 0, settings, new InMemoryStageRegistry(),
                new InMemoryMeshStore());
                var playground = new PlaygroundPage(
                        chromium.open(locked.url() + "/", 1440, 900, ColorScheme.LIGHT))) {
            var page = playground.page();
            page.waitForSelector("#settings:popover-open [name=key]:focus");
            assertThat(page.locator("#notice").textContent()).contains("asks for an API key");
            playground.shoot("key");
            page.keyboard().type(key);
            page.keyboard().press("Enter");
            page.waitForSelector(".mesh");
            assertThat(page.locator("#notice").textContent()).isEmpty();
            playground.answer(1, "draw a red bell at the top left");
            page.click("#tab-code");
            assertThat(page.locator("#code-text").textContent()).contains("$OPENAI_API_KEY").doesNotContain(key);
        }
    }

    @Test
    void aPictureIsDroppedAndItsSoundIsPlayed() throws Exception {
        try (var playground = open(1440, 900, ColorScheme.DARK)) {
            playground.bring("drop", "bell.png", "image/png", AnotherFile.ofTheBell());
            playground.answer(1, "what does it sound like?");
            playground.page().waitForSelector(".sound[data-drawn]");
            assertThat(playground.page().locator(".wave-all rect")
                    .evaluateAll("bars => new Set(bars.map((bar) => bar.getAttribute('height'))).size"))
                    .as("the waveform is of this sound").asInstanceOf(InstanceOfAssertFactories.INTEGER)
                    .isGreaterThan(10);
            playground.page().click(".play");
            playground.waitUntilPlayed(".sound audio", 0.2);
            assertThat(playground.lit()).containsKeys("encoder", "input-projector", "backbone", "output-projector",
                    "generator-audio");
            playground.shoot("sound-dark");
        }
    }

    @Test
    void aFilmFormsStepByStepAndPlaysWithItsSound() {
        try (var playground = open()) {
            var page = playground.page();
            page.click("#open-settings");
            page.check("[name=soundtrack]");
            page.press("[name=seed]", "Enter");
            var seen = playground.watch();
            playground.receiveAtMost(SLOWLY);
            playground.ask(FILM);
            page.waitForSelector("[data-modality=video][data-state=forming] progress[value]");
            playground.shoot("forming");
            playground.receiveAtMost(PlaygroundPage.ANY_SPEED);
            playground.ended(1, "done");
            assertThat(seen.get()).contains("backbone active", "output-projector active", "generator-video active",
                    "generator-video done", "step 1 of 20", "step 20 of 20");
            page.evaluate("() => document.querySelector('video').play()");
            playground.waitUntilPlayed("video", 0.4);
            assertThat(page.evaluate("() => document.querySelector('video').videoWidth")).isEqualTo(64);
            page.waitForFunction("() => document.querySelector('video').webkitAudioDecodedByteCount > 0");
            playground.shoot("film");
        }
    }

    @Test
    void whatIsCancelledEndsAtOnceAndTheNextMessageWorks() {
        try (var playground = open()) {
            playground.receiveAtMost(SLOWLY);
            playground.ask(FILM);
            playground.page().waitForSelector("[data-modality=video][data-state=forming] progress[value]");
            playground.page().keyboard().press("Escape");
            playground.receiveAtMost(PlaygroundPage.ANY_SPEED);
            var stopped = playground.ended(1, "stopped");
            assertThat(stopped.locator("[data-modality=video]").getAttribute("data-state")).isEqualTo("unfinished");
            assertThat(stopped.locator("video").count()).isZero();
            assertThat(playground.page().evaluate("() => document.activeElement.id")).isEqualTo("prompt");
            assertThat(playground.answer(2, "draw a green cat").locator("img.made").count()).isEqualTo(1);
            playground.receiveAtMost(SLOWLY);
            playground.ask(FILM);
            playground.page().waitForSelector("[data-modality=video][data-state=forming]");
            playground.page().click("#new");
            playground.receiveAtMost(PlaygroundPage.ANY_SPEED);
            assertThat(playground.page().isVisible("#welcome")).isTrue();
            assertThat(playground.answer(1, "hello").locator(".part-text").count()).isEqualTo(1);
        }
    }

    @Test
    void theConversationGoesOnWithWhatCameOut() {
        var sent = new ArrayList<String>();
        try (var playground = open()) {
            playground.page().onRequest(request -> {
                if (request.method().equals("POST")) {
                    sent.add(request.postData());
                }
            });
            playground.answer(1, "draw a red bell at the top left");
            playground.page().click(".follow-ups button:has-text('draw it in blue')");
            var second = playground.ended(2, "done");
            assertThat(second.locator(".part-text").first().textContent()).contains("blue bell");
            assertThat(second.locator("img.made").count()).isEqualTo(1);
            assertThat(sent).hasSize(2).last().asString().contains("\"parts\":[{\"type\":\"text\"",
                    "data:image/png;base64,iVBOR");
            playground.shoot("conversation");
        }
    }

    @Test
    void whatIsRefusedIsShownWhereItIsWrongAndCanBeEdited() {
        try (var playground = open()) {
            var page = playground.page();
            playground.bring("paste", "notes.png", "image/png", "not a picture".getBytes(StandardCharsets.UTF_8));
            playground.ask("what is in the picture?");
            var problem = playground.ended(1, "failed").locator(".problem");
            assertThat(problem.textContent()).contains("400", "Not a picture", "notes.png",
                    "messages[0].content[0]", "Try again", "Edit");
            assertThat(problem.getAttribute("role")).isEqualTo("alert");
            playground.shoot("error");
            page.click(".problem button:has-text('Edit')");
            assertThat(page.inputValue("#prompt")).isEqualTo("what is in the picture?");
            page.click("#tray .remove");
            assertThat(page.locator("#tray .thumbnail").count()).isZero();
            assertThat(page.locator(".exchange").count()).isZero();
        }
    }

    @Test
    void aLostConnectionAndACutStreamAreToldApart() {
        try (var playground = open()) {
            var page = playground.page();
            page.route("**/v1/chat/completions", Route::abort);
            playground.ask("hello");
            assertThat(playground.ended(1, "failed").textContent()).contains("No connection");
            page.unroute("**/v1/chat/completions");
            page.route("**/v1/chat/completions", route -> route.fulfill(new FulfillOptions()
                    .setContentType("text/event-stream")
                    .setBody(HALF_AN_ANSWER)));
            page.click(".problem button:has-text('Try again')");
            var cut = playground.ended(1, "failed");
            assertThat(cut.textContent()).contains("half an", "Cut off", "not finished");
            assertThat(cut.locator("img.preview").evaluate("image => image.decode().then(() => image.naturalWidth)"))
                    .isEqualTo(1);
            page.unroute("**/v1/chat/completions");
            page.click(".problem button:has-text('Try again')");
            assertThat(playground.ended(1, "done").locator(".problem").count()).isZero();
        }
    }

    @Test
    void whatIsRecordedIsSentAsAWavFile() {
        var sent = new ArrayList<String>();
        try (var playground = open()) {
            var page = playground.page();
            page.onRequest(request -> sent.add(String.valueOf(request.postData())));
            page.click("#record");
            page.waitForFunction("() => document.querySelector('#recorded').textContent === '0:01'");
            playground.shoot("recording");
            page.click("#record-keep");
            page.waitForSelector("#tray .thumbnail:has-text('recording-1.wav')");
            playground.answer(1, "what do you hear?");
            assertThat(sent)
                    .anyMatch(body -> body.contains("{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"UklGR"));
        }
    }

    @Test
    void theCodeBesideItDoesTheSame(@TempDir Path folder) throws Exception {
        try (var playground = open()) {
            var page = playground.page();
            playground.attach("bell.png", "image/png", fixture("bell.png"));
            page.fill("#prompt", "what's in the \"picture\"?");
            page.click("#tab-code");
            Files.write(folder.resolve("bell.png"), fixture("bell.png"));
            var curl = new ProcessBuilder("bash", "-c", page.textContent("#code-text")).directory(folder.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            assertThat(new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\" bell\"").endsWith("data: [DONE]\n\n");
            page.click("#tab-java");
            assertThat(page.textContent("#code-text")).contains("base64(\"bell.png\")", "OpenAIOkHttpClient")
                    .doesNotContain("iVBOR");
            page.click("#tab-python");
            playground.shoot("code");
            var script = Files.writeString(folder.resolve("ask.py"), page.textContent("#code-text"));
            var python = Python.command(script.toString()).directory(folder.toFile()).redirectErrorStream(true).start();
            assertThat(new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("a large red bell").contains("tokens");
        }
    }

    @Test
    void sharesAndTrialsAreSeenInThePictureOfTheMesh() throws Exception {
        try (var client = new MeshClient(mesh.url()); var playground = open()) {
            var now = client.get("/mesh").body();
            var image = (ArrayNode) now.path("stages").path(4).path("services").path(0)
                    .path("instances");
            var candidate = (ObjectNode) image.get(0).deepCopy();
            image.add(candidate.put("id", "generator-image-candidate").put("version", "9.0.0").put("candidate", true));
            var route = ((ObjectNode) now).withArray("routes").addObject().put("name", "output/image").put("on_trial",
                    true);
            var shares = route.putArray("shares");
            shares.addObject().put("share", 0.95).put("on_trial", false).putArray("releases")
                    .add("generator-image=toyworld@3.0.0");
            shares.addObject().put("share", 0.05).put("on_trial", true).putArray("releases")
                    .add("generator-image=toyworld@9.0.0");
            playground.page().route("**/mesh", call -> call.fulfill(
                    new FulfillOptions().setContentType("application/json").setBody(now.toString())));
            playground.page().reload();
            playground.page().waitForSelector(".node-badge");
            assertThat(playground.page().locator("[data-service=generator-image] .node-share").allTextContents())
                    .containsExactly("95%", "5%");
            assertThat(playground.page().textContent("#routes")).contains("output/image", "on trial", "toyworld@9.0.0");
            playground.shoot("trial");
        }
    }

    @Test
    void itIsForKeyboardsScreenReadersAndPhones() {
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (var playground = open(390, 844, scheme)) {
                var page = playground.page();
                assertThat(page.locator("button, a, input, select, textarea").evaluateAll("""
                        all => all.filter((one) => !one.textContent.trim() && !one.getAttribute("aria-label")
                          && !one.labels?.length && !one.hidden).map((one) => one.outerHTML)"""))
                        .as("have no name").isEqualTo(List.of());
                assertThat(page.evaluate("() => document.documentElement.scrollWidth")).isEqualTo(390);
                assertThat(page.evaluate(CONTRASTS)).as("below 4.5 : 1").isEqualTo(List.of());
                page.click("#theme");
                assertThat(page.getAttribute("html", "data-theme"))
                        .isEqualTo(scheme == ColorScheme.LIGHT ? "dark" : "light");
                page.focus("#tab-mesh");
                page.keyboard().press("ArrowRight");
                assertThat(page.isVisible("#panel-code")).isTrue();
                playground.answer(1, "draw a small orange cat at the top right by day and let me hear it");
                playground.shoot("phone-" + (scheme == ColorScheme.LIGHT ? "dark" : "light"));
            }
        }
    }

    @Test
    void theApiReferenceIsReadAndTriedOut() {
        for (var scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
            try (var playground = open(1440, 900, scheme)) {
                var page = playground.page();
                page.click("#tab-code");
                page.click("a[href=docs]");
                page.waitForSelector("#operations-Chat-createChatCompletion");
                assertThat(page.locator(".opblock").count()).isGreaterThan(20);
                page.click("#operations-Models-listModels .opblock-summary-control");
                page.click("#operations-Models-listModels .try-out__btn");
                page.click("#operations-Models-listModels .execute");
                page.waitForSelector("#operations-Models-listModels .live-responses-table .response-col_status");
                assertThat(page.textContent("#operations-Models-listModels .live-responses-table"))
                        .contains("200", "toyworld");
                assertThat(page.locator(".errors-wrapper").count()).as("what it says of the document").isZero();
                playground.shoot("docs-" + scheme.name().toLowerCase(Locale.ROOT));
            }
        }
    }

    /** The pairs of colours of texts that have too little contrast. */
    private static final String CONTRASTS = """
            () => {
              const style = getComputedStyle(document.documentElement);
              const light = (name) => {
                const hex = style.getPropertyValue(name).trim().slice(1);
                const [r, g, b] = [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
                  .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
              const texts = ["--ink", "--ink-2", "--text", "--image", "--audio", "--video", "--danger"];
              return [...texts.flatMap((text) => ["--paper", "--surface", "--sunken"].map((ground) => [text, ground])),
                ["--ink-3", "--surface"], ["--paper", "--ink"], ["--surface", "--image"], ["--surface", "--audio"]]
                .filter(([text, ground]) => contrast(light(text), light(ground)) < 4.5).map((pair) => pair.join(" on "));
            }""";
}
