// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static anymesh.gateway.TestingClient.json;
import static anymesh.gateway.TestingClient.picture;
import static anymesh.gateway.fetch.TestingWeb.HOST;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.fetch.FetchConfig;
import anymesh.gateway.fetch.TestingWeb;
import anymesh.v1.Capability;
import anymesh.v1.EncodeResponse;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests that have URLs for media, to a gateway that fetches them from a {@link TestingWeb}. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FetchedMediaTest {
    private static final String URL = "https://" + HOST + "/a.png";
    private static final String PARAM = "messages[0].content[0].image_url.url";

    private final TestingWeb web = new TestingWeb();
    private TestingMesh mesh;

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        mesh = mesh(true);
        web.serve("image/png", "PIC4");
    }

    private TestingMesh mesh(boolean enabled) {
        var fetch = new FetchConfig(enabled, List.of(), 600_000, Duration.ofMinutes(1), 3, 16);
        return new TestingMesh(TestingMesh.config().withJobs(VideosTest.jobs(folder, 1)), Set.of(),
                vertx -> web.fetcher(vertx, fetch), Modality.IMAGE, Modality.VIDEO);
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
        web.close();
    }

    private static String part(String url) {
        return "{'type':'image_url','image_url':{'url':'" + url + "'}}";
    }

    private static String look(String... parts) {
        return chat("[" + String.join(",", parts) + ",{'type':'text','text':'look'}]");
    }

    private static String content(TestingClient.Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        return answer.json().path("choices").path(0).path("message").path("content").asText();
    }

    private void refused(TestingClient.Answer answer, int status, String param, String message) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(status);
        assertThat(answer.error().path("param").asText()).isEqualTo(param);
        assertThat(answer.error().path("message").asText()).contains(message);
        Awaitility.await().until(() -> mesh.metric("anymesh_gateway_body_bytes") == 0);
    }

    @Test
    void aUrlIsAnsweredAsItsFileWouldBe() {
        var inPlace = content(mesh.client.post(CHAT, look(picture("PIC4"))));
        assertThat(content(mesh.client.post(CHAT, look(part(URL))))).isEqualTo(inPlace);
        assertThat(mesh.client.events(chat("[" + part(URL) + ",{'type':'text','text':'look'}]", "'stream':true")))
                .anyMatch(event -> event.contains(inPlace));
        Awaitility.await().until(() -> mesh.metric("anymesh_gateway_body_bytes") == 0);
    }

    @Test
    void urlsAndFilesMayBeMixedAndAUrlIsFetchedOnce() {
        web.answer(request -> request.response().putHeader("content-type", "image/png")
                .end(request.path().equals("/a.png") ? "PIC4" : "PIC56"));
        var inPlace = content(mesh.client.post(CHAT, look(picture("PIC4"), picture("PIC"), picture("PIC4"),
                picture("PIC56"))));
        assertThat(content(mesh.client.post(CHAT, look(part(URL), picture("PIC"), part(URL),
                part("https://" + HOST + "/b.png"))))).isEqualTo(inPlace);
        assertThat(web.requests).hasSize(2);
    }

    @Test
    void aResponseMayBeAskedWithAUrlToo() {
        var asked = mesh.client.post("/v1/responses", json("{'model':'toyworld','input':[{'role':'user','content':["
                + "{'type':'input_image','image_url':'" + URL + "'},{'type':'input_text','text':'look'}]}]}"));
        assertThat(asked.status()).as(asked.response().body()).isEqualTo(200);
        assertThat(asked.json().path("output").path(0).path("content").path(0).path("text").asText())
                .isEqualTo(content(mesh.client.post(CHAT, look(picture("PIC4")))));
        refused(mesh.client.post("/v1/responses", json("{'model':'toyworld','input':[{'role':'user','content':["
                + "{'type':'input_image','image_url':'https://127.0.0.1/'}]}]}")), 400,
                "input[0].content[0].image_url", "no public address");
    }

    /** Long bodies are read on another thread, and their long strings where they stand. */
    @Test
    void aLargeBodyMayHaveUrlsToo() {
        var answer = mesh.client.post(CHAT, chat("[" + part(URL + "?signature=" + "a".repeat(5_000))
                + ",{'type':'text','text':'" + "a".repeat(100_000) + "|look'}]"));
        assertThat(content(answer)).startsWith("aaa").endsWith(
                content(mesh.client.post(CHAT, look(picture("PIC4")))));
    }

    @ParameterizedTest
    @CsvSource({"https://127.0.0.1/,no public address", "https://nowhere.example.org/,no public address",
        "http://pictures.example.org/,https URL", "https://a:b@pictures.example.org/,a user or a password",
        "https://stranger.example.org/,could not be asked", "https://pictures.example.org/large,600000 bytes",
        "https://pictures.example.org/page,type", "https://pictures.example.org/gone,status 404"})
    void aUrlThatCannotBeFetchedIsRefusedByItsField(String url, String message) {
        web.answer(request -> {
            var response = request.response();
            switch (request.path()) {
                case "/large" -> response.putHeader("content-type", "image/png").end("a".repeat(600_001));
                case "/page" -> response.putHeader("content-type", "text/html").end("PIC");
                default -> response.setStatusCode(404).end();
            }
        });
        refused(mesh.client.post(CHAT, look(part(url))), 400, PARAM, message);
    }

    @Test
    void aFileThatIsNoPictureIsRefusedByItsField() {
        web.serve("image/png", "text");
        refused(mesh.client.post(CHAT, look(part(URL))), 400, PARAM, "");
    }

    /** Nobody is asked for a file of a request that is refused anyway. */
    @Test
    void nothingIsFetchedForARequestThatIsWrong() {
        refused(mesh.client.post(CHAT, chat("[" + part(URL) + "]", "'temperature':3")), 400, "temperature", "");
        refused(mesh.client.post(CHAT, look(part(URL), part("https://127.0.0.1:80/"))), 400,
                "messages[0].content[1].image_url.url", "no port but 443");
        refused(mesh.client.post(CHAT, look(part(URL), part(URL), part(URL), part(URL), part(URL))), 400,
                "messages[0].content", "at most 4");
        assertThat(web.opened()).isZero();
    }

    @Test
    void theFilesOfARequestHaveAllTheRoomThatItsBodyLeaves() {
        web.serve("image/png", "PIC" + "a".repeat(500_000));
        assertThat(content(mesh.client.post(CHAT, look(part(URL))))).isNotEmpty();
        refused(mesh.client.post(CHAT, look(part(URL), part(URL + "?2"))), 413, "null", "larger than");
        Awaitility.await().until(() -> web.open.get() == 0);
    }

    @Test
    void aClientThatGoesAwayTakesItsFetchesWithIt() throws Exception {
        web.answer(request -> request.response().putHeader("content-type", "image/png").setChunked(true)
                .write("PIC"));
        var client = HttpClient.newHttpClient();
        var asked = client.sendAsync(
                mesh.client.request(CHAT).POST(BodyPublishers.ofString(look(part(URL), part(URL + "?2")))).build(),
                BodyHandlers.ofString());
        Awaitility.await().until(() -> web.open.get() == 2);
        asked.cancel(true);
        client.shutdownNow();
        Awaitility.await().until(() -> web.open.get() == 0);
        Awaitility.await().until(() -> mesh.metric("anymesh_gateway_body_bytes") == 0);
    }

    @Test
    void embeddingsAreMadeOfUrlsToo() {
        mesh.describe("encoder", Capability.newBuilder().setModality(Modality.IMAGE).addProduces("toy-joint")
                .addJoint("toy-joint").addProduces("toy-image").build());
        mesh.encoder = (request, _, out) -> out.emit(Frame.of(EncodeResponse.getDefaultInstance(),
                mesh.stages.rows("toy-joint", List.of((float) request.header().getItems(0).getMedia().size()))));
        var answer = mesh.client.post("/v1/embeddings", json("{'model':'toyworld','input':[" + part(URL) + "]}"));
        assertThat(answer.json().path("data").path(0).path("embedding").path(0).asInt()).isEqualTo(4);
        refused(mesh.client.post("/v1/embeddings",
                json("{'model':'toyworld','input':[" + part("https://127.0.0.1/") + "]}")), 400,
                "input[0].image_url.url", "no public address");
    }

    @Test
    void aFilmMayBeginWithAPictureOfTheWeb() {
        var created = mesh.client.post("/v1/videos",
                json("{'prompt':'look|a bell','seed':3,'input_reference':{'image_url':'"
                        + URL + "'}}"));
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        assertThat(web.requests).hasSize(1);
        var flat = mesh.client.postForm("/v1/videos", "prompt", "a bell", "input_reference[image_url]", URL);
        assertThat(flat.status()).as(flat.response().body()).isEqualTo(200);
        assertThat(web.requests).hasSize(2);
        refused(mesh.client.post("/v1/videos", json("{'prompt':'a','input_reference':{'image_url':'https://[::1]/'}}")),
                400, "input_reference.image_url", "no public address");
    }

    @Test
    void whereItIsOffTheClientIsToldWhatWorks() {
        mesh.close();
        mesh = mesh(false);
        refused(mesh.client.post(CHAT, look(part(URL))), 400, PARAM, "fetches no URLs. Send the media as a data URL");
        assertThat(web.opened()).isZero();
    }
}
