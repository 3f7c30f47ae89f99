// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import static anymesh.gateway.TestingClient.CHAT;
import static anymesh.gateway.TestingClient.chat;
import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HttpContractTest {
    private final TestingMesh mesh = new TestingMesh();

    @AfterEach
    void closeWithoutLeaks() {
        mesh.close();
    }

    @Test
    void modelsAreTheFamiliesOfServingBackbones() {
        var models = mesh.client.get("/v1/models").json();
        assertThat(models.path("object").asText()).isEqualTo("list");
        assertThat(models.path("data").findValuesAsText("id")).containsExactly("toyworld");
        var model = mesh.client.get("/v1/models/toyworld").json();
        assertThat(model).isEqualTo(models.path("data").path(0));
        assertThat(model.path("object").asText()).isEqualTo("model");
        assertThat(model.path("created").asLong()).isPositive();
        assertThat(model.path("owned_by").asText()).isNotBlank();
        assertThat(model.path("modalities").path("output").toString()).isEqualTo("[\"text\",\"image\"]");
    }

    @Test
    void aModelsNameMayHoldSlashes() {
        var backbone = mesh.instance("backbone");
        mesh.registry.put(new StageInstance("b2", "backbone", "h", 1, 1, 1, StageState.SERVING,
                backbone.description().toBuilder().setBundle("org/large model").build()));
        assertThat(mesh.client.get("/v1/models/org/large%20model").json().path("id").asText())
                .isEqualTo("org/large model");
        assertThat(mesh.client.get("/v1/models/org%2Flarge%20model").json().path("id").asText())
                .isEqualTo("org/large model");
        var unknown = mesh.client.get("/v1/models/a/b");
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.error().path("code").asText()).isEqualTo("model_not_found");
    }

    @Test
    void unknownRoutesAndMethodsHaveOpenAisErrorShape() {
        for (String path : new String[]{"/no", "/v1", "/v1/moderations", "/favicon.ico", "/v1/chat/completions/x"}) {
            var answer = mesh.client.get(path);
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.error().path("type").asText()).as(path).isEqualTo("invalid_request_error");
        }
        var wrongMethod = mesh.client.get(CHAT);
        assertThat(wrongMethod.status()).isEqualTo(405);
        assertThat(wrongMethod.header("allow")).isEqualTo("OPTIONS, POST");
        assertThat(wrongMethod.error().path("message").asText()).contains("POST");
        assertThat(mesh.client.post("/v1/models", "{}").status()).isEqualTo(405);
    }

    @Test
    void whatIsNotHttpHasOpenAisErrorShapeToo() throws Exception {
        assertThat(raw("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n"))
                .startsWith("HTTP/1.1 400").contains("{\"error\":{\"message\"");
        assertThat(raw("GET /v1/models/%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 40").contains("{\"error\":{\"message\"");
        assertThat(raw("GET /" + "a".repeat(70_000) + " HTTP/1.1\r\nhost: a\r\n\r\n"))
                .contains(" 414 ").contains("{\"error\":{\"message\"").contains("65536");
    }

    @Test
    void headersMayBeLargeAndTooLargeOnesAreToldSo() throws Exception {
        assertThat(raw("GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer "
                + "x".repeat(60_000) + "\r\n\r\n")).startsWith("HTTP/1.1 200 OK");
        assertThat(raw("GET /healthz HTTP/1.1\r\nhost: a\r\nauthorization: Bearer " + "x".repeat(300_000)
                + "\r\n\r\n")).startsWith("HTTP/1.1 431").contains("{\"error\":{\"message\"").contains("65536");
    }

    @Test
    void whoIsRefusedWhileStillSendingReadsTheAnswer() throws Exception {
        try (var socket = new Socket()) {
            socket.setSendBufferSize(8_192);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), mesh.gateway().port()));
            var out = socket.getOutputStream();
            out.write("GET /healthz HTTP/1.1\r\nhost: a\r\nauthorization: ".getBytes(StandardCharsets.UTF_8));
            var piece = "x".repeat(100_000).getBytes(StandardCharsets.UTF_8);
            while (socket.getInputStream().available() == 0) { // until it is refused
                out.write(piece);
            }
            for (int i = 0; i < 200; i++) { // and far beyond what buffers hold
                out.write(piece);
            }
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 431");
        }
    }

    @Test
    void requestsOfOneConnectionAreAnsweredInTheirOrder() throws Exception {
        var body = chat("'Hello'");
        var chat = "POST " + CHAT + " HTTP/1.1\r\nhost: a\r\ncontent-length: " + body.length() + "\r\n\r\n" + body;
        var answers = raw(chat + "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n" + "GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n"
                + chat.replace("host: a", "host: a\r\nconnection: close"));
        assertThat(Pattern.compile("HTTP/1.1 (\\d+)").matcher(answers).results().map(answer -> answer.group(1)))
                .containsExactly("200", "200", "404", "200");
    }

    @Test
    void whatCanBeGotHasAHead() {
        for (String path : new String[]{"/healthz", "/readyz", "/metrics", "/v1/models", "/v1/models/toyworld"}) {
            var head = mesh.client.send(mesh.client.request(path).method("HEAD", BodyPublishers.noBody()).build());
            assertThat(head.status()).as(path).isEqualTo(200);
            assertThat(head.response().body()).as(path).isEmpty();
        }
    }

    @Test
    void anUpgradeToHttp2WithoutTlsIsNotTaken() {
        // the JDK's client asks for it in its first request
        assertThat(mesh.client.get("/healthz").response().version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void operatorsSeeHealthReadinessAndMetrics() {
        assertThat(mesh.client.get("/healthz").status()).isEqualTo(200);
        assertThat(mesh.client.get("/readyz").status()).isEqualTo(200);
        mesh.client.post(CHAT, chat("'image'"));
        var metrics = mesh.client.get("/metrics").response().body();
        assertThat(metrics).contains("anymesh_gateway_requests_seconds_count{route=\"chat\",status=\"200\"} 1")
                .contains("stage=\"generator-image\"").contains("anymesh_embedding_bytes 0.0");
        mesh.become("backbone", StageState.DRAINING);
        assertThat(mesh.client.get("/readyz").status()).isEqualTo(503);
        assertThat(mesh.client.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void everyAnswerHasARequestIdAndAnUnfitOneIsReplaced() {
        assertThat(mesh.client.get("/nowhere").header("x-request-id")).isNotBlank();
        var answer = mesh.client.send(mesh.client.request("/healthz").header("x-request-id", "a b").GET().build());
        assertThat(answer.header("x-request-id")).isNotBlank().isNotEqualTo("a b");
    }

    @Test
    void onlyWebPagesOfTheConfigurationMayUseTheApi() {
        var allowed = preflight("https://app.example.org");
        assertThat(allowed.status()).isBetween(200, 204);
        assertThat(allowed.header("access-control-allow-origin")).isEqualTo("https://app.example.org");
        assertThat(allowed.header("access-control-allow-headers")).isEqualTo("authorization,x-title");
        var other = preflight("https://evil.example.org");
        assertThat(other.status()).isEqualTo(403);
        assertThat(other.header("access-control-allow-origin")).isEmpty();
    }

    private TestingClient.Answer preflight(String origin) {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "origin");
        return mesh.client.send(mesh.client.request(CHAT).header("origin", origin)
                .header("access-control-request-method", "POST")
                .header("access-control-request-headers", "authorization,x-title")
                .method("OPTIONS", BodyPublishers.noBody()).build());
    }

    @Test
    void aClientThatAsksFirstMaySendItsBody() throws Exception {
        var body = chat("'Hello'").getBytes(StandardCharsets.UTF_8);
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
            socket.getOutputStream().write(("POST " + CHAT + " HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n"
                    + "connection: close\r\ncontent-length: " + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.UTF_8));
            var in = socket.getInputStream();
            assertThat(new String(in.readNBytes(25), StandardCharsets.UTF_8))
                    .isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
            socket.getOutputStream().write(body);
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).contains("200 OK").contains("Hello");
        }
    }

    @Test
    void whoAsksFirstNeedNotSendWhatIsRefusedByItsHead() throws Exception {
        assertThat(toldFirst(CHAT, 90_000_000)).isEqualTo("HTTP/1.1 413");
        assertThat(toldFirst("/v1/nothing", 100)).isEqualTo("HTTP/1.1 404");
    }

    /** What a client is told that sends no body before it may. */
    private String toldFirst(String path, int length) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), mesh.gateway().port())) {
            socket.getOutputStream().write(
                    "POST %s HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: %d\r\n\r\n"
                            .formatted(path, length).getBytes(StandardCharsets.UTF_8));
            return new String(socket.getInputStream().readNBytes("HTTP/1.1 413".length()), StandardCharsets.UTF_8);
        }
    }
}
