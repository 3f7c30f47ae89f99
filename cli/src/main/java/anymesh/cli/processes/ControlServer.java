// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.kit.server.PlainHttp;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;

/**
 * Where other commands tell a running mesh what to do: HTTP on a free loopback port, for whoever has the token, which
 * stands in the state file that only its owner may read.
 *
 * <pre>
 *   GET  /instances                                   every instance
 *   POST /start?service=S&amp;bundle=DIR&amp;replicas=N      answers when it is done, with the instances
 *   POST /scale?service=S&amp;replicas=N               S: a service or a release
 *   POST /stop?instance=I                             I: an instance, a service or a release
 * </pre>
 *
 * What was asked wrongly is 400 and what did not come about 500, with a sentence in {@code error}.
 */
public final class ControlServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Vertx vertx;
    private final RunningMesh mesh;
    private final String token = newToken();
    private final HttpServer server;

    private ControlServer(Vertx vertx, RunningMesh mesh) {
        this.vertx = vertx;
        this.mesh = mesh;
        this.server = vertx.createHttpServer(PlainHttp.options()).requestHandler(this::handle)
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    }

    public static ControlServer start(Vertx vertx, RunningMesh mesh) {
        return new ControlServer(vertx, mesh);
    }

    /** How to reach it. */
    public Control control() {
        return new Control("http://127.0.0.1:" + server.actualPort(), token);
    }

    /** A step that may wait for processes. */
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private void handle(HttpServerRequest request) {
        var given = String.valueOf(request.getHeader("authorization")).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(given, ("Bearer " + token).getBytes(StandardCharsets.UTF_8))) {
            answer(request, 401, Map.of("error", "this is not the token in the state file"));
            return;
        }
        switch (request.method() + " " + request.path()) {
            case "GET /instances" -> run(request, () -> {});
            case "POST /start" -> run(request, () -> mesh.start(parameter(request, "service"),
                    parameter(request, "bundle"), parameter(request, "replicas")));
            case "POST /scale" -> run(request,
                    () -> mesh.scale(parameter(request, "service"), parameter(request, "replicas")));
            case "POST /stop" -> run(request, () -> mesh.stop(parameter(request, "instance")));
            default -> answer(request, 404,
                    Map.of("error", HttpMethod.GET + " /instances, POST /start, POST /scale, POST /stop"));
        }
    }

    private void run(HttpServerRequest request, Step step) {
        vertx.executeBlocking(() -> {
            step.run();
            return mesh.instances();
        }, false).onSuccess(instances -> answer(request, 200, instances))
                .onFailure(e -> answer(request, e instanceof IllegalArgumentException ? 400 : 500,
                        Map.of("error", String.valueOf(e.getMessage()))));
    }

    private static String parameter(HttpServerRequest request, String name) {
        var value = request.getParam(name);
        if (value == null) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value;
    }

    private static void answer(HttpServerRequest request, int status, Object body) {
        try {
            request.response().setStatusCode(status).putHeader("content-type", "application/json")
                    .end(JSON.writeValueAsString(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String newToken() {
        var bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.close();
    }
}
