// SPDX-License-Identifier: Apache-2.0
package anymesh.cli.processes;

import anymesh.kit.server.PlainHttp;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.Callable;

/**
 * Where other commands tell a running mesh what to do: HTTP on a free loopback port, for whoever has the token, which
 * stands in the state file that only its owner may read.
 *
 * <pre>
 *   GET  /instances                                   every instance
 *   POST /start?service=S                             answers when it is done, with the instances; as in
 *                                                     {@link StartRequest}: bundle, image, release, replicas
 *   POST /scale?service=S&amp;replicas=N               S: a service or a release
 *   POST /stop?instance=I                             I: an instance, a service or a release
 *   GET  /routes                                      the texts of routes by their names
 *   POST /routes                                      JSON, see {@link RouteDesk#change}
 *   GET  /swap?modality=M                             the last swap and what was seen of it
 *   POST /swap                                        JSON, see {@link SwapDesk#begin}
 *   POST /rollback                                    JSON: modality, who, why
 *   GET  /record?modality=M                           the last recording and how much there is of it
 *   POST /record                                      JSON, see {@link RecordDesk#ask}
 * </pre>
 *
 * What was asked wrongly is 400 and what did not come about 500, with a sentence in {@code error}.
 */
public final class ControlServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Vertx vertx;
    private final RunningMesh mesh;
    private final Desks desks;
    private final String token = newToken();
    private final HttpServer server;

    private ControlServer(Vertx vertx, RunningMesh mesh, Desks desks) {
        this.vertx = vertx;
        this.mesh = mesh;
        this.desks = desks;
        this.server = vertx.createHttpServer(PlainHttp.options()).requestHandler(this::handle)
                .listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    }

    public static ControlServer start(Vertx vertx, RunningMesh mesh, Desks desks) {
        return new ControlServer(vertx, mesh, desks);
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
            case "POST /start" -> run(request, () -> mesh.start(new StartRequest(parameter(request, "service"),
                    request.getParam("bundle", ""), request.getParam("image", ""), request.getParam("release", ""),
                    request.getParam("replicas", ""))));
            case "POST /scale" -> run(request,
                    () -> mesh.scale(parameter(request, "service"), parameter(request, "replicas")));
            case "POST /stop" -> run(request, () -> mesh.stop(parameter(request, "instance")));
            case "GET /routes" -> say(request, () -> desks.routes().list());
            case "POST /routes" -> body(request, desks.routes()::change);
            case "GET /swap" -> say(request, () -> desks.swaps().look(parameter(request, "modality")));
            case "POST /swap" -> body(request, desks.swaps()::begin);
            case "POST /rollback" -> body(request, desks.swaps()::rollBack);
            case "GET /record" -> say(request, () -> desks.recordings().look(parameter(request, "modality")));
            case "POST /record" -> body(request, desks.recordings()::ask);
            default -> answer(request, 404, Map.of("error", HttpMethod.GET
                    + " /instances, POST /start, POST /scale, POST /stop, GET and POST /routes, GET and POST /swap, POST /rollback, GET and POST /record"));
        }
    }

    private void run(HttpServerRequest request, Step step) {
        say(request, () -> {
            step.run();
            return mesh.instances();
        });
    }

    /** What is asked for in JSON, and what is said to it. */
    private interface Asked {
        JsonObject answer(JsonObject asked) throws IOException, InterruptedException;
    }

    private void body(HttpServerRequest request, Asked asked) {
        request.body().onSuccess(body -> say(request, () -> asked.answer(json(body))));
    }

    private static JsonObject json(Buffer body) {
        try {
            return body.toJsonObject();
        } catch (DecodeException | ClassCastException e) {
            throw new IllegalArgumentException("the body is no JSON object", e);
        }
    }

    private void say(HttpServerRequest request, Callable<Object> what) {
        vertx.executeBlocking(what, false).onSuccess(said -> answer(request, 200, said))
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
                    .end(body instanceof JsonObject json ? json.encode() : JSON.writeValueAsString(body));
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
