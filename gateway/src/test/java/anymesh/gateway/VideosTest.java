// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.dataUrl;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.TestingClient.Answer;
import anymesh.gateway.jobs.JobsConfig;
import anymesh.gateway.media.MediaConfig;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorEvent;
import anymesh.v1.Modality;
import anymesh.wire.Frame;
import anymesh.wire.error.InferenceFailed;
import anymesh.wire.error.InvalidInput;
import anymesh.wire.error.Overloaded;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /v1/videos} as OpenAI's clients use it, with jobs in a file. */
class VideosTest {
    private static final String VIDEOS = "/v1/videos";
    private static final Path FILM = Path.of("..", "models", "fixtures", "bell.mp4");

    @TempDir
    Path folder;

    private TestingMesh mesh;

    @BeforeEach
    void start() {
        mesh = new TestingMesh(TestingMesh.config().withJobs(jobs(2)), Modality.IMAGE, Modality.VIDEO);
        mesh.describe("generator-video", 1, capability -> capability.addSizes("64x64").addSizes("96x64"));
        mesh.describeSeconds("generator-video", 2);
    }

    private JobsConfig jobs(int concurrent) {
        return jobs(folder, concurrent);
    }

    /** Jobs in a file of this folder. */
    static JobsConfig jobs(Path folder, int concurrent) {
        return new JobsConfig(JobsConfig.Kind.FILE, folder.resolve("jobs").toString(),
                new JobsConfig.Postgres("", "", ""), MediaConfig.defaults(), concurrent, Duration.ofSeconds(5),
                Duration.ofMinutes(1),
                Duration.ofHours(1));
    }

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    private static String body(String prompt, String... more) {
        var fields = new ArrayList<>(List.of("'model':'toyworld'", "'prompt':'" + prompt + "'"));
        fields.addAll(List.of(more));
        return json("{" + String.join(",", fields) + "}");
    }

    private Answer create(String prompt, String... more) {
        return mesh.client.post(VIDEOS, body(prompt, more));
    }

    private static String id(Answer created) {
        assertThat(created.status()).as(created.response().body()).isEqualTo(200);
        return created.json().path("id").asText();
    }

    private JsonNode poll(String id) {
        return mesh.client.get(VIDEOS + "/" + id).json();
    }

    private JsonNode awaitState(String id, String state) {
        return await().until(() -> poll(id), video -> video.path("status").asText().equals(state));
    }

    private Answer send(String method, String path, String... headers) {
        var request = mesh.client.request(path).method(method, BodyPublishers.noBody());
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return mesh.client.send(request.build());
    }

    private Answer createWith(String body, String... headers) {
        HttpRequest.Builder request = mesh.client.request(VIDEOS).POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return mesh.client.send(request.build());
    }

    private int count() {
        return mesh.client.get(VIDEOS + "?limit=100").json().path("data").size();
    }

    @Test
    void aVideoIsMadeWhileItsClientIsAwayAndHasAllFieldsOfOpenAis() {
        var created = create("a bell", "'seed':5");
        assertThat(created.json().fieldNames()).toIterable().containsExactly("id", "object", "model", "status",
                "progress", "created_at", "completed_at", "expires_at", "prompt", "size", "seconds",
                "remixed_from_video_id", "error");
        assertThat(created.json().path("object").asText()).isEqualTo("video");
        assertThat(created.json().path("model").asText()).isEqualTo("toyworld");
        assertThat(created.json().path("status").asText()).isIn("queued", "in_progress");
        assertThat(created.json().path("prompt").asText()).isEqualTo("a bell");
        assertThat(created.json().path("seconds").isTextual()).isTrue();
        assertThat(created.json().path("seconds").asText()).isEqualTo("2");
        assertThat(created.json().path("size").asText()).isEqualTo("64x64");
        for (var empty : List.of("completed_at", "expires_at", "remixed_from_video_id", "error")) {
            assertThat(created.json().path(empty).isNull()).as(empty).isTrue();
        }
        var done = awaitState(id(created), "completed");
        assertThat(done.path("progress").asInt()).isEqualTo(100);
        assertThat(done.path("completed_at").asLong()).isGreaterThanOrEqualTo(done.path("created_at").asLong());
        assertThat(done.path("expires_at").asLong()).isEqualTo(done.path("completed_at").asLong() + 3600);
        var film = mesh.client.get(VIDEOS + "/" + id(created) + "/content");
        assertThat(film.response().body()).isEqualTo("PIC:11:5");
        assertThat(film.header("content-type")).isEqualTo("video/mp4");
        var picture = send("GET", VIDEOS + "/" + id(created) + "/content?variant=thumbnail");
        assertThat(picture.status()).as("these bytes are no film that could be looked at").isEqualTo(404);
    }

    @Test
    void clientsAreToldWhenToAskAgainUntilItIsDone() {
        mesh.generator = mesh.stages::generateForever;
        var id = id(create("a bell"));
        var running = await().until(() -> mesh.client.get(VIDEOS + "/" + id),
                answer -> answer.json().path("progress").asInt() > 0);
        assertThat(running.json().path("status").asText()).isEqualTo("in_progress");
        assertThat(running.json().path("progress").asInt()).isBetween(1, 99);
        assertThat(Integer.parseInt(running.header("openai-poll-after-ms"))).isPositive();
        assertThat(mesh.client.get(VIDEOS + "/" + id + "/content").error().path("code").asText())
                .isEqualTo("video_not_ready");
        var deleted = send("DELETE", VIDEOS + "/" + id);
        assertThat(deleted.json()).isEqualTo(TestingClient.parse(
                json("{'id':'" + id + "','object':'video.deleted','deleted':true}")));
        await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
        assertThat(mesh.client.get(VIDEOS + "/" + id).status()).isEqualTo(404);
        assertThat(send("DELETE", VIDEOS + "/" + id).status()).isEqualTo(404);
    }

    @Test
    void aFilmIsShownByAPictureAndASheetAndSentInParts() throws IOException {
        var bytes = Files.readAllBytes(FILM);
        mesh.generator = (request, call, out) -> out.emit(Frame.of(GeneratorEvent.newBuilder()
                .setMedia(GeneratedMedia.newBuilder().setMimeType("video/mp4").setData(ByteString.copyFrom(bytes))
                        .setWidth(64).setHeight(64).setSeconds(2))
                .build()));
        var content = VIDEOS + "/" + id(create("a bell")) + "/content";
        await().until(() -> send("GET", content).status() == 200);
        for (var variant : List.of("thumbnail", "spritesheet")) {
            var picture = send("GET", content + "?variant=" + variant);
            assertThat(picture.status()).isEqualTo(200);
            assertThat(picture.header("content-type")).isEqualTo("image/jpeg");
            assertThat(picture.header("content-length")).isNotEqualTo("0");
        }
        var whole = send("HEAD", content);
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.header("content-length")).isEqualTo(String.valueOf(bytes.length));
        assertThat(whole.header("accept-ranges")).isEqualTo("bytes");
        var tag = whole.header("etag");
        var first = send("GET", content, "range", "bytes=0-99");
        assertThat(first.status()).isEqualTo(206);
        assertThat(first.header("content-range")).isEqualTo("bytes 0-99/" + bytes.length);
        assertThat(first.header("content-length")).isEqualTo("100");
        var last = send("GET", content, "range", "bytes=-10", "if-range", tag);
        assertThat(last.header("content-range")).isEqualTo("bytes %d-%d/%d".formatted(bytes.length - 10,
                bytes.length - 1, bytes.length));
        assertThat(send("GET", content, "range", "bytes=5-", "if-range", "\"another\"").status()).isEqualTo(200);
        var beyond = send("GET", content, "range", "bytes=" + bytes.length + "-");
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.header("content-range")).isEqualTo("bytes */" + bytes.length);
        assertThat(beyond.error().path("type").asText()).isEqualTo("invalid_request_error");
        assertThat(send("GET", content, "if-none-match", tag).status()).isEqualTo(304);
        assertThat(send("GET", content + "?variant=sound").error().path("param").asText()).isEqualTo("variant");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"'seconds':'4'|400|seconds", "'seconds':4|400|seconds",
        "'seconds':'long'|400|seconds", "'size':'1x1'|400|size", "'size':'large'|400|size",
        "'negative_prompt':'a'|400|negative_prompt", "'input_reference':'a'|400|input_reference",
        "'input_reference':{}|400|input_reference.image_url",
        "'input_reference':{'file_id':'f'}|400|input_reference.file_id",
        "'input_reference':{'image_url':'https://example.org/a.png'}|400|input_reference.image_url",
        "'prompt':''|400|prompt", "'prompt':null|400|prompt", "'model':'other'|404|model", "'seed':1.5|400|seed"})
    void whatCannotBeHadIsRefusedByItsFieldAndMakesNoJob(String field, int status, String param) {
        var refused = create("a bell", field);
        assertThat(refused.status()).as(refused.response().body()).isEqualTo(status);
        assertThat(refused.error().path("param").asText()).isEqualTo(param);
        assertThat(count()).isZero();
        assertThat(folder.resolve("jobs")).as("nobody had a job").doesNotExist();
    }

    @Test
    void whatTheGeneratorDeclaresCanBeAskedFor() {
        var created = create("a bell", "'seconds':'2'", "'size':'96x64'");
        assertThat(created.json().path("size").asText()).isEqualTo("96x64");
        assertThat(create("a bell", "'seconds':'8'").error().path("message").asText()).contains("'2'");
        assertThat(create("a bell", "'model':null").json().path("model").asText()).isEqualTo("toyworld");
    }

    @Test
    void withoutAGeneratorOfFilmsThereIsNoJob() {
        try (var without = new TestingMesh(TestingMesh.config().withJobs(jobs(1)), Modality.IMAGE)) {
            var refused = without.client.post(VIDEOS, body("a bell"));
            assertThat(refused.status()).isEqualTo(422);
            assertThat(refused.error().path("code").asText()).isEqualTo("unsupported_modality");
        }
    }

    @Test
    void aPictureMayBePartOfThePrompt() {
        var id = id(create("look|a bell", "'input_reference':{'image_url':'" + dataUrl("PIC4") + "'}", "'seed':3"));
        awaitState(id, "completed");
        var bad = id(create("a bell", "'input_reference':{'image_url':'" + dataUrl("none") + "'}"));
        var failed = awaitState(bad, "failed");
        assertThat(failed.path("error").path("message").asText()).contains("no picture");
        assertThat(failed.path("error").path("code").isTextual()).isTrue();
        assertThat(mesh.client.get(VIDEOS + "/" + bad + "/content").error().path("code").asText())
                .isEqualTo("video_failed");
    }

    @Test
    void aFormSaysTheSameAsJson() {
        var created = mesh.client.postForm(VIDEOS, "model", "toyworld", "prompt", "a bell", "seconds", "2", "size",
                "96x64", "seed", "4", "@input_reference", "PIC4");
        assertThat(created.json().path("size").asText()).isEqualTo("96x64");
        awaitState(id(created), "completed");
        assertThat(mesh.client.get(VIDEOS + "/" + id(created) + "/content").response().body()).endsWith(":4");
        var flat = mesh.client.postForm(VIDEOS, "prompt", "a bell", "input_reference[image_url]", dataUrl("PIC4"));
        awaitState(id(flat), "completed");
        assertThat(mesh.client.postForm(VIDEOS, "prompt", "a bell", "seconds", "12").error().path("param").asText())
                .isEqualTo("seconds");
        assertThat(mesh.client.postForm(VIDEOS + "/" + id(flat) + "/remix", "prompt", "in red").status())
                .isEqualTo(200);
    }

    @Test
    void aRemixIsANewVideoThatFollowsTheOldOne() {
        var seen = new ArrayList<String>();
        var old = id(create("a bell", "'seed':9"));
        awaitState(old, "completed");
        mesh.backbone = (request, call, out) -> {
            request.header().getTurnsList().forEach(turn -> seen.add(turn.getRole() + " "
                    + turn.getParts(0).getText() + (turn.getParts(0).hasMedia() ? "film" : "")));
            mesh.stages.reason(request, call, out);
        };
        var remix = mesh.client.post(VIDEOS + "/" + old + "/remix", json("{'prompt':'in green'}"));
        assertThat(remix.json().path("remixed_from_video_id").asText()).isEqualTo(old);
        assertThat(id(remix)).isNotEqualTo(old);
        var done = awaitState(id(remix), "completed");
        assertThat(done.path("prompt").asText()).isEqualTo("in green");
        assertThat(seen).containsExactly("USER a bell", "ASSISTANT film", "USER in green");
        assertThat(mesh.client.get(VIDEOS + "/" + id(remix) + "/content").response().body()).endsWith(":9");
        assertThat(mesh.client.post(VIDEOS + "/video_x/remix", json("{'prompt':'a'}")).status()).isEqualTo(404);
        assertThat(mesh.client.post(VIDEOS + "/" + old + "/remix", "{}").error().path("param").asText())
                .isEqualTo("prompt");
    }

    @Test
    void theListIsInPages() {
        var ids = new ArrayList<String>();
        for (int i = 0; i < 3; i++) {
            ids.addFirst(id(create("video " + i)));
        }
        var first = mesh.client.get(VIDEOS + "?limit=2").json();
        assertThat(first.path("object").asText()).isEqualTo("list");
        assertThat(first.path("has_more").asBoolean()).isTrue();
        assertThat(first.path("first_id").asText()).isEqualTo(first.path("data").path(0).path("id").asText());
        var rest = mesh.client.get(VIDEOS + "?limit=2&after=" + first.path("last_id").asText()).json();
        assertThat(rest.path("has_more").asBoolean()).isFalse();
        var all = new ArrayList<>(first.path("data").findValuesAsText("id"));
        all.addAll(rest.path("data").findValuesAsText("id"));
        assertThat(all).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(mesh.client.get(VIDEOS + "?after=video_x").error().path("param").asText()).isEqualTo("after");
        assertThat(mesh.client.get(VIDEOS + "?limit=0").error().path("param").asText()).isEqualTo("limit");
        assertThat(mesh.client.get(VIDEOS + "?order=up").error().path("param").asText()).isEqualTo("order");
    }

    @Test
    void aListOfNothingIsEmptyAndMakesNothing() {
        var list = mesh.client.get(VIDEOS).json();
        assertThat(list.path("data").isEmpty() && list.path("first_id").isNull() && list.path("last_id").isNull())
                .isTrue();
        assertThat(mesh.client.get(VIDEOS + "/video_x").status()).isEqualTo(404);
        assertThat(folder.resolve("jobs")).doesNotExist();
    }

    @Test
    void aRequestWithTheSameKeyMakesOneJob() {
        var first = createWith(body("a bell"), "idempotency-key", "k1");
        assertThat(id(createWith(body("a bell", "'negative_prompt':null"), "idempotency-key", "k1")))
                .isEqualTo(id(first));
        assertThat(count()).isEqualTo(1);
        var other = createWith(body("a cat"), "idempotency-key", "k1");
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.error().path("code").asText()).isEqualTo("idempotency_key_in_use");
        assertThat(id(createWith(body("a bell"), "idempotency-key", "k1", "authorization", "Bearer other")))
                .isNotEqualTo(id(first));
    }

    @Test
    void aRetryOfOpenAisClientFindsTheJobOfTheFirstAndTheSameAskedAgainMakesAnother() {
        var first = createWith(body("a bell"), "x-stainless-retry-count", "0", "authorization", "Bearer a");
        var retry = createWith(json("{'prompt' : 'a bell', 'model':'toyworld'}"), "x-stainless-retry-count", "1",
                "authorization", "Bearer a");
        assertThat(id(retry)).isEqualTo(id(first));
        var again = createWith(body("a bell"), "x-stainless-retry-count", "0", "authorization", "Bearer a");
        assertThat(id(again)).isNotEqualTo(id(first));
        assertThat(id(createWith(body("a bell"), "x-stainless-retry-count", "1", "authorization", "Bearer b")))
                .as("of another caller").isNotIn(id(first), id(again));
    }

    @Test
    void aConnectionThatIsCutAfterTheBodyWasSentAndARetryMakeOneJob() throws IOException {
        for (int i = 0; i < 20; i++) {
            var body = body("bell " + i);
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
                socket.getOutputStream()
                        .write(("POST " + VIDEOS + " HTTP/1.1\r\nhost: a\r\nx-stainless-retry-count: 0\r\n"
                                + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n"
                                + body)
                                .getBytes(StandardCharsets.UTF_8));
                socket.getOutputStream().flush();
            }
            id(createWith(body, "x-stainless-retry-count", "1"));
        }
        assertThat(count()).isEqualTo(20);
        await().until(() -> mesh.metric("anymesh_gateway_requests_active") == 0);
        assertThat(count()).as("when the last that was cut off has ended").isEqualTo(20);
    }

    @Test
    void whatThereIsNoCapacityForIsMadeLaterAndWhatIsWrongFails() {
        var calls = new AtomicInteger();
        mesh.generator = (request, call, out) -> {
            if (calls.incrementAndGet() <= 3) { // once, and twice again: as often as in one attempt
                throw new Overloaded("busy");
            }
            mesh.stages.generate(request, call, out);
        };
        awaitState(id(create("a bell")), "completed");
        mesh.generator = (request, call, out) -> {
            throw new InvalidInput("not that", "seed");
        };
        assertThat(awaitState(id(create("a bell")), "failed").path("error").path("message").asText())
                .contains("not that");
        mesh.generator = (request, call, out) -> {
            throw new InferenceFailed("broken");
        };
        assertThat(awaitState(id(create("a bell")), "failed").path("error").path("code").asText())
                .isEqualTo("inference_failed");
        assertThat(attempts("made")).isEqualTo(1);
        assertThat(attempts("postponed")).isPositive();
        assertThat(attempts("failed")).isEqualTo(2);
        await().until(() -> mesh.metric("anymesh_gateway_jobs", "completed") == 1
                && mesh.metric("anymesh_gateway_jobs", "failed") == 2);
        assertThat(mesh.metric("anymesh_gateway_jobs_oldest_waiting_seconds")).isZero();
    }

    private double attempts(String outcome) {
        return mesh.metric("anymesh_gateway_job_attempts_seconds_count", "outcome=\"" + outcome + "\"");
    }

    @Test
    void aGatewayThatGoesGivesItsJobsToAnotherAndAnotherStopsWhatWasDeleted() {
        mesh.generator = mesh.stages::generateForever;
        try (var other = new TestingMesh(TestingMesh.config().withJobs(jobs(2)), Modality.VIDEO)) {
            var id = id(create("a bell"));
            await().until(() -> poll(id).path("status").asText().equals("in_progress"));
            // Either may have it.
            await().until(() -> mesh.stages.generating.getCount() == 0 || other.stages.generating.getCount() == 0
                    || poll(id).path("status").asText().equals("completed"));
            mesh.gateway().close();
            var done = await().until(() -> other.client.get(VIDEOS + "/" + id).json(),
                    video -> video.path("status").asText().equals("completed"));
            assertThat(done.path("id").asText()).isEqualTo(id);
            assertThat(other.client.get(VIDEOS + "/" + id + "/content").status()).isEqualTo(200);
        }
    }

    @Test
    void whatIsDeletedAtOneGatewayIsStoppedAtAnother() throws Exception {
        var idle = new JobsConfig(JobsConfig.Kind.FILE, jobs(0).folder(), jobs(0).postgres(), jobs(0).media(), 0,
                Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofHours(1));
        mesh.generator = mesh.stages::generateForever;
        try (var other = new TestingMesh(TestingMesh.config().withJobs(idle), Modality.VIDEO)) {
            var id = id(other.client.post(VIDEOS, body("a bell")));
            mesh.stages.generating.await();
            var deleted = other.client.send(other.client.request(VIDEOS + "/" + id).DELETE().build());
            assertThat(deleted.status()).isEqualTo(200);
            await().until(() -> mesh.stages.cancelledGenerations.get() == 1);
        }
    }

    @Test
    void noMoreRunAtOnceThanAreConfigured() {
        var running = new AtomicInteger();
        var goOn = new CountDownLatch(1);
        mesh.generator = (request, call, out) -> {
            running.incrementAndGet();
            goOn.await();
            mesh.stages.generate(request, call, out);
        };
        for (int i = 0; i < 4; i++) {
            create("video " + i);
        }
        await().until(() -> running.get() == 2);
        var states = mesh.client.get(VIDEOS).json().path("data").findValuesAsText("status");
        assertThat(states).containsExactlyInAnyOrder("queued", "queued", "in_progress", "in_progress");
        assertThat(running.get()).isEqualTo(2);
        goOn.countDown();
        await().until(() -> mesh.client.get(VIDEOS).json().path("data").findValuesAsText("status").stream()
                .allMatch("completed"::equals));
    }

    @Test
    void whereJobsAreOffTheRoutesSayWhy() {
        try (var without = new TestingMesh(TestingMesh.config(), Modality.VIDEO)) {
            for (var answer : List.of(without.client.post(VIDEOS, body("a bell")), without.client.get(VIDEOS),
                    without.client.get(VIDEOS + "/video_x"), without.client.get(VIDEOS + "/video_x/content"))) {
                assertThat(answer.status()).isEqualTo(404);
                assertThat(answer.error().path("message").asText()).contains("jobs.kind is NONE");
            }
        }
    }

    @Test
    void whatADeletedJobMadeIsGoneFromTheFolder() throws IOException {
        var id = id(create("a bell"));
        awaitState(id, "completed");
        var media = folder.resolve("jobs").resolve("media");
        assertThat(media.resolve(id)).isDirectory();
        send("DELETE", VIDEOS + "/" + id);
        await().until(() -> !Files.exists(media.resolve(id)));
    }
}
