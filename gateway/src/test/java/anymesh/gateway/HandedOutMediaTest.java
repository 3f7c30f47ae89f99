// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.IMAGES;
import static anymesh.gateway.TestingClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import anymesh.gateway.TestingClient.Answer;
import anymesh.gateway.keys.ApiKey;
import anymesh.v1.Modality;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures that are handed out as URLs: {@code response_format: "url"}. */
class HandedOutMediaTest {
    private static final String KEY = ApiKey.random();

    @TempDir
    Path folder;

    private TestingMesh mesh;

    @AfterEach
    void closeWithoutLeaks() {
        if (mesh != null) {
            mesh.close();
        }
    }

    /** A mesh with keys whose media lie in the folder, and with other values of some keys. */
    private TestingMesh start(Map<String, String> changes) {
        var all = new HashMap<>(changes);
        all.put("ANYMESH_KEYS_HASHES", "shop=" + ApiKey.hash(KEY));
        all.put("ANYMESH_JOBS_KIND", "FILE");
        all.put("ANYMESH_JOBS_FOLDER", folder.resolve("jobs").toString());
        return new TestingMesh(TestingMesh.config(all), Modality.IMAGE);
    }

    private Answer draw(String fields, String... headers) {
        var request = mesh.client.request(IMAGES).header("content-type", "application/json")
                .header("authorization", "Bearer " + KEY)
                .POST(BodyPublishers.ofString(json("{'prompt':'a red bell','seed':5" + fields + "}")));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return mesh.client.send(request.build());
    }

    private List<String> urls(Answer answer) {
        assertThat(answer.status()).as(answer.response().body()).isEqualTo(200);
        assertThat(answer.json().path("data").findValues("b64_json")).isEmpty();
        return answer.json().path("data").findValuesAsText("url");
    }

    private Answer get(TestingMesh at, String url, String... headers) {
        var request = at.client.request(URI.create(url).getPath()).GET();
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return at.client.send(request.build());
    }

    @Test
    void eachPictureIsServedToWhoeverHasItsUrlAtAnyGateway() {
        mesh = start(Map.of());
        var urls = urls(draw(",'n':2,'response_format':'url'"));
        assertThat(urls).hasSize(2).doesNotHaveDuplicates()
                .allMatch(url -> url.matches("http://127\\.0\\.0\\.1:\\d+/v1/media/media_[0-9a-f]{32}"));
        try (var other = start(Map.of())) {
            for (int i = 0; i < 2; i++) {
                var picture = get(i == 0 ? mesh : other, urls.get(i));
                assertThat(picture.status()).isEqualTo(200);
                assertThat(picture.response().body()).isEqualTo("PIC:11:" + (5 + i));
                assertThat(picture.header("content-type")).isEqualTo("image/png");
                assertThat(picture.header("cache-control")).matches("private, max-age=3(600|5\\d\\d)");
                assertThat(picture.header("x-content-type-options")).isEqualTo("nosniff");
            }
        }
        var part = get(mesh, urls.getFirst(), "range", "bytes=0-2");
        assertThat(part.status()).isEqualTo(206);
        assertThat(part.response().body()).isEqualTo("PIC");
        var url = urls.getFirst();
        assertThat(get(mesh, url.substring(0, url.length() - 1) + (url.endsWith("0") ? '1' : '0')).status())
                .isEqualTo(404);
        assertThat(mesh.client.get("/v1/videos").status()).as("all else needs a key").isEqualTo(401);
    }

    @Test
    void afterItsTimeItIsGoneAndItsBytesToo() throws Exception {
        mesh = start(Map.of("ANYMESH_MEDIAURLS_KEEPFOR", "PT0.4S"));
        var url = urls(draw(",'response_format':'url'")).getFirst();
        var gone = await().until(() -> get(mesh, url), answer -> answer.status() != 200);
        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.error().path("message").asText()).contains("not any more");
        assertThat(Files.exists(folder.resolve("jobs/media"))).as("until the sweeper comes by").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"'',false,,,http://127.0.0.1:", "'',false,https,evil.example.org,http://127.0.0.1:",
        "'',true,https,api.example.org,https://api.example.org/v1/media/",
        "'',true,'https, http','api.example.org:8443, inner',https://api.example.org:8443/v1/media/",
        "'',true,https,,https://127.0.0.1:",
        "https://api.example.org/mesh/,true,http,other,https://api.example.org/mesh/v1/media/"})
    void aUrlBeginsAsClientsReachTheGateway(String publicUrl, boolean isTrusted, String proto, String host,
            String start) {
        mesh = start(Map.of("ANYMESH_MEDIAURLS_PUBLICURL", publicUrl, "ANYMESH_MEDIAURLS_TRUSTFORWARDED",
                String.valueOf(isTrusted)));
        var headers = new HashMap<String, String>();
        headers.put("x-forwarded-proto", proto);
        headers.put("x-forwarded-host", host);
        var sent = headers.entrySet().stream().filter(header -> header.getValue() != null)
                .flatMap(header -> java.util.stream.Stream.of(header.getKey(), header.getValue()))
                .toArray(String[]::new);
        assertThat(urls(draw(",'response_format':'url'", sent)).getFirst()).startsWith(start);
    }

    @Test
    void aForwardedHostThatIsNoneIsRefused() {
        mesh = start(Map.of("ANYMESH_MEDIAURLS_TRUSTFORWARDED", "true"));
        var refused = draw(",'response_format':'url'", "x-forwarded-host", "a/b?c");
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo("x-forwarded-host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"'response_format':'file'", "'response_format':'url','stream':true"})
    void otherFormatsAndStreamsOfUrlsAreRefused(String fields) {
        mesh = start(Map.of());
        var refused = draw("," + fields);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo("response_format");
        assertThat(refused.error().path("message").asText()).contains("b64_json");
    }

    @Test
    void whereNothingIsKeptThereAreNone() {
        mesh = new TestingMesh();
        var refused = mesh.client.post(IMAGES, json("{'prompt':'a red bell','response_format':'url'}"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.error().path("param").asText()).isEqualTo("response_format");
        assertThat(refused.error().path("message").asText()).contains("jobs.kind is NONE");
        assertThat(mesh.client.get("/v1/media/media_0").status()).isEqualTo(404);
    }

    @Test
    void editsAndVariationsHaveThemToo() {
        mesh = new TestingMesh(TestingMesh.config().withJobs(VideosTest.jobs(folder, 0)));
        for (var answer : List.of(
                mesh.client.postForm(TestingClient.EDITS, "prompt", "in red", "response_format", "url", "@image",
                        "PIC a"),
                mesh.client.postForm(TestingClient.VARIATIONS, "response_format", "url", "@image", "PIC a"))) {
            assertThat(get(mesh, urls(answer).getFirst()).response().body()).startsWith("PIC:");
        }
    }
}
