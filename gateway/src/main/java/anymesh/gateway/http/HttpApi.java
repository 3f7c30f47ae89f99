// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.fetch.Fetcher;
import anymesh.gateway.files.StoredFiles;
import anymesh.gateway.jobs.Jobs;
import anymesh.gateway.keys.ApiKeys;
import anymesh.gateway.pipeline.EmbeddingPipeline;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.routing.ModelCard;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.kit.server.MetricsFormat;
import anymesh.kit.server.PlainHttp;
import anymesh.wire.WireMemory;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.CorsHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The API as one Vert.x Web router: OpenAI's routes under {@code /v1}, and what operators ask beside them. Every answer
 * that is not a success has OpenAI's shape, whoever gave it.
 */
public final class HttpApi implements AutoCloseable {
    private static final int PREFLIGHT_SECONDS = 600;
    private static final Pattern BROKEN_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2})");

    private final Vertx vertx;
    private final HttpSettings settings;
    private final Router router;
    private final StageRouter stages;
    private final Fetcher fetcher;
    private final Admission admission;
    private final Connections connections = new Connections();
    private final Generations generations;
    private final GatewayMeters meters;

    /**
     * @param fetcher closed with the API
     * @param telemetry its meters are closed with the API
     * @param measure brings meters up to date that are not kept so; called before each scrape
     */
    public HttpApi(Vertx vertx, HttpSettings settings, StageRouter stages, GenerationPipeline pipeline,
            EmbeddingPipeline embedding, Jobs jobs, StoredFiles files, ApiKeys keys, Fetcher fetcher, WireMemory memory,
            Telemetry telemetry,
            Runnable measure) {
        this.vertx = vertx;
        this.settings = settings;
        this.stages = stages;
        this.fetcher = fetcher;
        admission = new Admission(settings.limits());
        meters = new GatewayMeters(telemetry.meters(), admission, memory, measure);
        router = Router.router(vertx);
        generations = new Generations(vertx, settings, admission, pipeline, meters, telemetry.tracer(), fetcher, files);
        var chat = new ChatRoute(generations, stages);
        var responses = new ResponsesRoute(generations, stages);
        var kept = new FilesRoute(generations, files);
        var mediaUrls = new MediaUrls(generations, files, settings.mediaUrls());
        var images = new ImagesRoute(generations, stages, mediaUrls);
        var videos = new VideosRoute(generations, stages, jobs);
        var sounds = new SoundsRoute(generations, stages);
        var transcriptions = new TranscriptionsRoute(generations, stages);
        var embeddings = new EmbeddingsRoute(generations, stages, embedding);
        var models = new ModelsRoute(stages);

        var table = new ArrayList<>(List.of(
                Route.postJson("/v1/chat/completions", "chat", chat::handle),
                Route.postJson("/v1/responses", "responses", responses::handle),
                Route.postJson("/v1/images/generations", "images", images::generate),
                Route.post("/v1/images/edits", "image_edits", Route.Body.FORM, images::edit),
                Route.post("/v1/images/variations", "image_variations", Route.Body.FORM, images::vary),
                Route.post(VideosRoute.PATH, "videos", Route.Body.JSON_OR_FORM, videos::create),
                Route.get(VideosRoute.PATH, "videos", videos::list),
                Route.get(VideosRoute.PATH + "/:id", "videos", videos::get),
                Route.delete(VideosRoute.PATH + "/:id", "videos", videos::delete),
                Route.get(VideosRoute.PATH + "/:id/content", "videos.content", videos::content),
                Route.post(VideosRoute.PATH + "/:id/remix", "videos", Route.Body.JSON_OR_FORM, videos::remix),
                Route.post(FilesRoute.PATH, "files", Route.Body.FORM, kept::upload),
                Route.get(FilesRoute.PATH, "files", kept::list),
                Route.get(FilesRoute.PATH + "/:id", "files", kept::get),
                Route.delete(FilesRoute.PATH + "/:id", "files", kept::delete),
                Route.get(FilesRoute.PATH + "/:id/content", "files.content", kept::content),
                Route.get(MediaUrls.PATH + "/:id", "media", mediaUrls::get).open(),
                Route.postJson("/v1/audio/generations", "sounds", sounds::generate),
                Route.postJson("/v1/audio/speech", "speech", sounds::speak),
                Route.post("/v1/audio/transcriptions", "transcriptions", Route.Body.FORM, transcriptions::transcribe),
                Route.post("/v1/audio/translations", "translations", Route.Body.FORM, transcriptions::translate),
                Route.postJson("/v1/embeddings", "embeddings", embeddings::handle),
                Route.get(ModelsRoute.PATH, "models", models::list),
                Route.get(ModelsRoute.PATH + "/*", "models", models::get),
                Route.get("/healthz", "other", http -> http.response().end("ok")).open(),
                Route.get("/readyz", "other", this::ready).open(),
                Route.get("/metrics", "other", this::scrape).forAdmins(),
                Route.get("/mesh", "mesh", new MeshRoute(stages)::show)));
        if (settings.playground()) {
            table.addAll(PlaygroundRoute.all());
            table.addAll(DocsRoute.pages());
        }
        table.add(DocsRoute.document(table));
        var routes = new Routes(table, keys);

        router.route().handler(connections::watch).handler(HttpApi::watch).handler(RequestIds::assign)
                .handler(this::secure)
                .handler(meters::time)
                .failureHandler(HttpApi::failed);
        if (!settings.corsOrigins().isEmpty()) {
            router.route().handler(cors(settings.corsOrigins(), routes.methods()));
        }
        routes.mount(router);
        for (int status : new int[]{400, 404, 405, 413, 500}) {
            router.errorHandler(status, HttpApi::failed);
        }
    }

    /** A page of an allowed origin may send whatever headers it likes: none of them means anything here that it may not. */
    private static CorsHandler cors(List<String> origins, Set<HttpMethod> methods) {
        var cors = CorsHandler.create().allowedMethods(methods).maxAgeSeconds(PREFLIGHT_SECONDS)
                .exposedHeaders(Set.of(RequestIds.HEADER, RequestIds.TRACE, RequestIds.RELEASES, RequestIds.FORECAST,
                        ErrorReplies.RETRY_AFTER, ErrorReplies.RETRY_AFTER_MS));
        origins.forEach(cors::addOrigin);
        return cors;
    }

    /** From the end of its answer on, the connection is without a request. */
    private static void watch(RoutingContext http) {
        http.addEndHandler(_ -> ConnectionClock.of(http.request()).end(http.request()));
        http.next();
    }

    /** What a browser may not make of an answer, nor of this host. */
    private void secure(RoutingContext http) {
        if (settings.https()) {
            http.response().putHeader("strict-transport-security", "max-age=31536000");
        }
        http.response().putHeader("x-content-type-options", "nosniff").putHeader("referrer-policy", "no-referrer");
        http.next();
    }

    private void scrape(RoutingContext http) {
        String format = MetricsFormat.of(http.request().getHeader(HttpHeaders.ACCEPT));
        http.response().putHeader(HttpHeaders.CONTENT_TYPE, format).end(meters.scrape(format));
    }

    private void ready(RoutingContext http) {
        boolean ready = !connections.areLeft() && stages.models().stream().anyMatch(ModelCard::answers);
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

    /** How the API listens. */
    public HttpServerOptions options() {
        int head = settings.limits().connections().maxHeadBytes();
        return PlainHttp.options().setMaxInitialLineLength(head).setMaxHeaderSize(head);
    }

    /** A client has connected. */
    public void connected(HttpConnection connection) {
        ConnectionClock.start(vertx, connection, settings.limits());
        connections.opened(connection);
    }

    /** Answers a request. */
    public void handle(HttpServerRequest request) {
        var clock = ConnectionClock.of(request);
        clock.begin();
        String path = request.path();
        if (path == null || BROKEN_ESCAPE.matcher(path).find()) { // the router would take this for a fault of its own
            ErrorReplies.reply(request.response(), new HttpRefusal(400, "The request URL is not valid."));
            clock.end(request);
            return;
        }
        router.handle(request);
    }

    /** What is not even HTTP, or has a head that is too large. */
    public void handleInvalid(HttpServerRequest request) {
        ConnectionClock.of(request).refuse();
        Throwable cause = request.decoderResult().cause();
        int limit = settings.limits().connections().maxHeadBytes();
        ErrorReplies.reply(request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE), switch (cause) {
            case TooLongHttpLineException _ ->
                new HttpRefusal(414, "The request URL is longer than " + limit + " bytes.");
            case TooLongHttpHeaderException _ ->
                new HttpRefusal(431, "The request's headers are larger than " + limit + " bytes.");
            case null, default -> new HttpRefusal(400, "The request is not valid HTTP.");
        });
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
        fetcher.close();
    }
}
