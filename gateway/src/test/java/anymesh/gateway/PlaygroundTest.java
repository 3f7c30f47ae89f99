// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.TestingClient.Answer;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The playground's page and files; what they do is tested in a browser. */
class PlaygroundTest {
    private static final Path FOLDER = Path.of("src/main/resources/anymesh/gateway/playground");
    private static final Pattern IMPORTED = Pattern.compile("from \"\\./([^\"]+)\"");

    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void close() {
        mesh.close();
    }

    private static List<String> names() throws IOException {
        try (var files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void everyFileOfTheFolderIsServedAsWhatItIs() throws IOException {
        assertThat(names()).hasSizeGreaterThan(20).allSatisfy(name -> {
            var answer = mesh.client.get("/playground/" + name);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("content-length")).isEqualTo(String.valueOf(Files.size(FOLDER.resolve(name))));
            assertThat(answer.header("content-type")).startsWith(switch (name.substring(name.lastIndexOf('.') + 1)) {
                case "html" -> "text/html";
                case "css" -> "text/css";
                case "js" -> "text/javascript";
                case "svg" -> "image/svg+xml";
                case "png" -> "image/png";
                default -> "audio/wav";
            });
        });
    }

    @Test
    void thePageLoadsNothingFromElsewhereAndItsPolicyForbidsIt() throws IOException {
        var page = mesh.client.get("/");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.response().body()).isEqualTo(Files.readString(FOLDER.resolve("index.html")));
        assertThat(page.header("content-security-policy")).startsWith("default-src 'none'; script-src 'self'")
                .doesNotContain("unsafe", "http", "*");
        assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(page.header("referrer-policy")).isEqualTo("no-referrer");
        for (String name : names()) {
            if (name.endsWith(".js")) {
                var script = Files.readString(FOLDER.resolve(name));
                assertThat(IMPORTED.matcher(script).results().map(found -> found.group(1))).as(name)
                        .isSubsetOf(names());
                assertThat(script).as(name).doesNotContain("https://", "innerHTML", "eval(");
            }
        }
    }

    @Test
    void whoHasAFileIsToldSo() {
        var etag = mesh.client.get("/").header("etag");
        assertThat(etag).matches("\"[0-9a-f]{16}\"");
        for (var known : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
            var answer = ifNoneMatch(known);
            assertThat(answer.status()).as(known).isEqualTo(304);
            assertThat(answer.header("etag")).isEqualTo(etag);
            assertThat(answer.response().body()).isEmpty();
        }
        assertThat(ifNoneMatch("\"other\"").status()).isEqualTo(200);
    }

    private Answer ifNoneMatch(String etag) {
        return mesh.client.send(mesh.client.request("/").header("if-none-match", etag).GET().build());
    }

    @Test
    void headIsServedAndOtherMethodsAreNot() throws IOException {
        var head = mesh.client.send(mesh.client.request("/").method("HEAD", BodyPublishers.noBody()).build());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.header("content-length")).isEqualTo(String.valueOf(Files.size(FOLDER.resolve("index.html"))));
        assertThat(mesh.client.post("/", "{}").status()).isEqualTo(405);
    }

    @Test
    void whatIsNotThereIs404AsInTheApi() {
        for (var path : List.of("/playground", "/playground/", "/playground/nothing.js",
                "/playground/../../gateway.yaml", "/playground/%2e%2e/HttpApi.class")) {
            var answer = mesh.client.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.error().path("type").asText()).as(path).isEqualTo("invalid_request_error");
        }
    }

    @Test
    void itCanBeSwitchedOff() {
        var config = TestingMesh.config();
        try (var without = new TestingMesh(new GatewayConfig(config.host(), 0, config.requestTimeout(),
                config.lameDuck(), config.drainTimeout(), config.heartbeat(), config.http(), List.of(), false,
                config.memoryBytes(), config.registry(), config.tls(), config.stages(), config.jobs(), config.fetch(),
                StaticEndpoints.none()))) {
            assertThat(without.client.get("/").status()).isEqualTo(404);
            assertThat(without.client.get("/playground/main.js").status()).isEqualTo(404);
            assertThat(without.client.get("/docs").status()).isEqualTo(404);
            var paths = without.client.get("/openapi.json").json().path("paths");
            assertThat(paths.has("/v1/models")).isTrue();
            assertThat(paths.has("/")).as("what is not served is not described").isFalse();
            assertThat(without.client.get("/v1/models").status()).isEqualTo(200);
        }
    }
}
