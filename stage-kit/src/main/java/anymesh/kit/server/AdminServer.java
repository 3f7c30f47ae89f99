// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import com.google.protobuf.TextFormat;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * What an operator asks a stage over HTTP: {@code /healthz} (the process is not beyond help), {@code /readyz} (it may be
 * called), {@code /metrics} (Prometheus text) and {@code /description} (what it serves, a {@code StageDescription} as
 * protobuf text). Runs on a Vert.x event loop and never blocks it.
 */
final class AdminServer implements AutoCloseable {
    private final HttpServer server;

    private AdminServer(HttpServer server) {
        this.server = server;
    }

    static AdminServer start(Vertx vertx, String host, int port, Supplier<StageInstance> instance,
            PrometheusMeterRegistry meters) {
        var server = vertx.createHttpServer(PlainHttp.options())
                .requestHandler(request -> answer(request, instance.get(), meters));
        return new AdminServer(Futures.join(server.listen(port, host)));
    }

    int port() {
        return server.actualPort();
    }

    private static void answer(HttpServerRequest request, StageInstance instance,
            PrometheusMeterRegistry meters) {
        var state = instance.state();
        var response = request.response().putHeader("content-type", "text/plain; charset=utf-8");
        switch (String.valueOf(request.path())) {
            case "/healthz" -> response
                    .setStatusCode(state == StageState.FAILED || state == StageState.STOPPED ? 503 : 200)
                    .end(state.name().toLowerCase(Locale.ROOT));
            case "/readyz" -> response.setStatusCode(state == StageState.SERVING ? 200 : 503)
                    .end(state.name().toLowerCase(Locale.ROOT));
            case "/metrics" -> {
                var format = MetricsFormat.of(request.getHeader("accept"));
                response.putHeader("content-type", format).end(meters.scrape(format));
            }
            case "/description" -> response.end(TextFormat.printer().printToString(instance.description()));
            default ->
                response.setStatusCode(404).end("not found (there are /healthz, /readyz, /metrics and /description)");
        }
    }

    @Override
    public void close() {
        Futures.join(server.close());
    }
}
