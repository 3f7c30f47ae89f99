// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.keys.ApiKeys;
import anymesh.gateway.keys.KeysConfig;
import anymesh.kit.server.Futures;
import anymesh.kit.server.PlainHttp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A table with two rows on one path, as routes that list and create have. */
class RoutesTest {
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Routes routes = new Routes(List.of(
            Route.get("/things", "things", call -> call.response().end("listed")),
            Route.post("/files", "files", Route.Body.FORM, call -> call.response().end("kept")),
            Route.postJson("/things", "things", call -> call.response().end("made")),
            Route.delete("/things/*", "thing", call -> call.response().end("gone"))),
            ApiKeys.open(vertx, KeysConfig.defaults(), new SimpleMeterRegistry()));
    private final int port = listen();

    private int listen() {
        var router = Router.router(vertx);
        routes.mount(router);
        return Futures.join(vertx.createHttpServer(PlainHttp.options()).requestHandler(router).listen(0, "127.0.0.1"))
                .actualPort();
    }

    @AfterEach
    void close() {
        Futures.join(vertx.close());
    }

    private HttpResponse<String> send(String method, String path, String... headers) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static String allow(HttpResponse<String> response) {
        return response.headers().firstValue("allow").orElse("");
    }

    @Test
    void everyMethodOfAPathIsServed() throws Exception {
        assertThat(send("GET", "/things").body()).isEqualTo("listed");
        assertThat(send("POST", "/things").body()).isEqualTo("made");
        assertThat(send("DELETE", "/things/7").body()).isEqualTo("gone");
    }

    @Test
    void whatCanBeGotHasAHead() throws Exception {
        var head = send("HEAD", "/things");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void anotherMethodIsToldOfAllThatThereAre() throws Exception {
        var put = send("PUT", "/things");
        assertThat(put.statusCode()).isEqualTo(405);
        assertThat(allow(put)).isEqualTo("GET, HEAD, OPTIONS, POST");
        var options = send("OPTIONS", "/things/7");
        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(allow(options)).isEqualTo("DELETE, OPTIONS");
        assertThat(send("GET", "/nothing").statusCode()).isEqualTo(404);
    }

    @Test
    void aFormIsNoJsonWhateverElseTheTypeSays() throws Exception {
        assertThat(send("POST", "/things", "content-type", "multipart/form-data; boundary=a").statusCode())
                .isEqualTo(415);
        assertThat(send("POST", "/things", "content-type", "text/plain").statusCode()).isEqualTo(200);
        assertThat(send("POST", "/files", "content-type", "application/json").statusCode()).isEqualTo(415);
        assertThat(send("POST", "/files", "content-type", "Multipart/Form-Data; boundary=a").statusCode())
                .isEqualTo(200);
    }
}
