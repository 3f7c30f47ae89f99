// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.kit.server.MetricsFormat;
import anymesh.wire.WireMemory;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The API as one Vert.x Web router: OpenAI's routes under {@code /v1}, and what operators ask beside them. Every answer
 * that is not a success has OpenAI's shape, whoever gave it.
 */
public final class HttpApi implements AutoCloseable {
    static final String CHAT = "/v1/chat/completions";
    static final String IMAGES = "/v1/images/generations";

    /** What OpenAI's clients send from a web page. */
    private static final Set<String> CORS_HEADERS = Set.of("authorization", "content-type", "user-agent",
            RequestIds.HEADER, "traceparent", "openai-organization", "openai-project", "openai-beta",
            "x-stainless-arch",
            "x-stainless-lang", "x-stainless-os", "x-stainless-package-version", "x-stainless-retry-count",
            "x-stainless-runtime", "x-stainless-runtime-version", "x-stainless-timeout", "x-stainless-helper-method");

    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private final Router router;
    private final StageRouter stages;
    private final Admission admission;
    private final Connections connections = new Connections();
    private final Generations generations;
    private final GatewayMeters meters;

    /**
     * @param telemetry its meters are closed with the API
     * @param measure brings meters up to date that are not kept so; called before each scrape
     */
    public HttpApi(Vertx vertx, HttpSettings settings, StageRouter stages, GenerationPipeline pipeline,
            WireMemory memory, Telemetry telemetry, Runnable measure) {
        this.stages = stages;
        admission = new Admission(settings.limits());
        meters = new GatewayMeters(telemetry.meters(), admission, memory, measure);
        router = Router.router(vertx);
        generations = new Generations(admission, new BodyReader(vertx, settings.limits()), pipeline, meters,
                telemetry.tracer(), settings.requestTimeout());
        var chat = new ChatRoute(vertx, generations, stages, settings.limits(), settings.heartbeat());
        var images = new ImagesRoute(generations, stages);
        var models = new ModelsRoute(stages);

        router.route().handler(connections::watch).handler(RequestIds::assign).handler(meters::time)
                .failureHandler(HttpApi::failed);
        if (!settings.corsOrigins().isEmpty()) {
            router.route().handler(cors(settings));
        }
        serve(HttpMethod.POST, CHAT, chat::handle);
        serve(HttpMethod.POST, IMAGES, images::handle);
        serve(HttpMethod.GET, ModelsRoute.PATH, models::list);
        serve(HttpMethod.GET, ModelsRoute.PATH + "/*", models::get);
        serve(HttpMethod.GET, "/healthz", http -> http.response().end("ok"));
        serve(HttpMethod.GET, "/readyz", this::ready);
        serve(HttpMethod.GET, "/metrics", this::scrape);
        router.route().handler(http -> ErrorReplies.reply(http.response(), new HttpRefusal(404,
                "Unknown request URL: " + http.request().method() + " " + Fields.abbreviated(http.normalizedPath())
                        + ".")));
        for (int status : new int[]{400, 404, 405, 413, 500}) {
            router.errorHandler(status, HttpApi::failed);
        }
    }

    private void serve(HttpMethod method, String path, Handler<RoutingContext> handler) {
        router.route(method, path).handler(handler);
        router.route(path).handler(http -> {
            http.response().putHeader("allow", method.name());
            ErrorReplies.reply(http.response(), new HttpRefusal(405,
                    "Not allowed to " + http.request().method() + " here; use " + method + "."));
        });
    }

    private static CorsHandler cors(HttpSettings settings) {
        var cors = CorsHandler.create().allowedMethods(Set.of(HttpMethod.GET, HttpMethod.POST))
                .allowedHeaders(CORS_HEADERS).exposedHeaders(Set.of(RequestIds.HEADER, RequestIds.TRACE,
                        "retry-after"));
        settings.corsOrigins().forEach(cors::addOrigin);
        return cors;
    }

    private void scrape(RoutingContext http) {
        String format = MetricsFormat.of(http.request().getHeader(HttpHeaders.ACCEPT));
        http.response().putHeader(HttpHeaders.CONTENT_TYPE, format).end(meters.scrape(format));
    }

    private void ready(RoutingContext http) {
        boolean ready = !connections.areLeft() && !stages.models().isEmpty();
        http.response().setStatusCode(ready ? 200 : 503).end(ready ? "ready" : "not ready");
    }

    /** What Vert.x Web itself refuses, and what a handler threw. */
    private static void failed(RoutingContext http) {
        int status = http.statusCode();
        Throwable failure = http.failure();
        if (status >= 400 && status < 500) {
            failure = new HttpRefusal(status, "The request could not be served.");
        } else if (failure == null) {
            failure = new IllegalStateException("status " + status + " without a failure");
        }
        ErrorReplies.reply(http.response(), failure);
    }

    /** Answers a request. */
    public void handle(HttpServerRequest request) {
        String path = request.path();
        if (path == null || BROKEN_ESCAPE.matcher(path).find()) { // the router would take this for a fault of its own
            ErrorReplies.reply(request.response(), new HttpRefusal(400, "The request URL is not valid."));
            return;
        }
        router.handle(request);
    }

    /** What is not even HTTP. */
    public static void handleInvalid(HttpServerRequest request) {
        ErrorReplies.reply(request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE),
                new HttpRefusal(400, "The request is not valid HTTP."));
        request.connection().close();
    }

    /** Told of each connection when it is made. */
    public void connected(HttpConnection connection) {
        connections.opened(connection);
    }

    /** Is not ready any more, and says in each answer that it is the last on its connection, but serves as before. */
    public void leave() {
        connections.leave();
    }

    /** Answers those that are under way: it will not be done. */
    public void giveUp() {
        generations.giveUp();
    }

    /** Takes no new connections; completes when none is open any more. */
    public Future<Void> hangUp() {
        return connections.hangUp();
    }

    /** Closes each connection once what was written has been read. */
    public void closeConnections() {
        connections.closeAll();
    }

    /** Lets no new request in; completes when all that are under way have been answered. */
    public Future<Void> drain() {
        return admission.drain();
    }

    @Override
    public void close() {
        meters.close();
    }
}
