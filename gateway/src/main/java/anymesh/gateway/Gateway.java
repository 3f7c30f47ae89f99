// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.fetch.Fetcher;
import anymesh.gateway.files.StoredFiles;
import anymesh.gateway.http.HttpApi;
import anymesh.gateway.http.JobVerdicts;
import anymesh.gateway.jobs.Jobs;
import anymesh.gateway.jobs.Storage;
import anymesh.gateway.keys.ApiKeys;
import anymesh.gateway.keys.Work;
import anymesh.gateway.pipeline.EmbeddingPipeline;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.pipeline.MediaCache;
import anymesh.gateway.recording.Recorder;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.swap.JointQuality;
import anymesh.gateway.swap.Swaps;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.gateway.waiting.WaitingRoom;
import anymesh.kit.catalogue.ServiceKind;
import anymesh.kit.ending.Budget;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.server.Futures;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.trace.Exemplars;
import anymesh.kit.trace.Tracing;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway. Its methods block and are not for event loops. The registry and the memory are its caller's, who
 * closes the memory after the gateway.
 *
 * <p>It goes in one way: first {@code /readyz} says that it will, and it still serves all that comes; then it answers new
 * requests with 503 and finishes those that it has; then it ends. One {@link Budget} bounds all of it.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private static final Duration CLEANUP = Duration.ofSeconds(5);
    /** How long a request may have been on its way when the last work was done. */
    private static final Duration ON_THE_WIRE = Duration.ofMillis(200);

    private final GatewayConfig config;
    private final MeshTls tls;
    private final WaitingRoom room;
    private final StageClient client;
    private final Swaps swaps;
    private final Recorder recorder;
    private final GenerationPipeline pipeline;
    private final Jobs jobs;
    private final Storage storage;
    private final ApiKeys keys;
    private final HttpApi api;
    private final Tracing tracing;
    private final @Nullable ServedCertificate certificate;
    private final HttpServer server;

    private Gateway(GatewayConfig config, MeshTls tls, WaitingRoom room, StageClient client, Swaps swaps,
            Recorder recorder, GenerationPipeline pipeline, Jobs jobs, Storage storage, ApiKeys keys, HttpApi api,
            Tracing tracing,
            @Nullable ServedCertificate certificate, HttpServer server) {
        this.config = config;
        this.tls = tls;
        this.room = room;
        this.client = client;
        this.swaps = swaps;
        this.recorder = recorder;
        this.pipeline = pipeline;
        this.jobs = jobs;
        this.storage = storage;
        this.keys = keys;
        this.api = api;
        this.tracing = tracing;
        this.certificate = certificate;
        this.server = server;
    }

    /** Starts to listen. Whether a model can be asked for is the registry's to know: see {@code /readyz}. */
    public static Gateway start(Vertx vertx, GatewayConfig config, StageRegistry registry, Shared shared,
            WireMemory memory) {
        return start(vertx, config, registry, shared, memory, Fetcher.open(vertx, config.fetch()));
    }

    /** The same with a fetcher that becomes the gateway's. */
    static Gateway start(Vertx vertx, GatewayConfig config, StageRegistry registry, Shared shared, WireMemory memory,
            Fetcher fetcher) {
        var certificate = ServedCertificate.open(vertx, config.https());
        var meters = Exemplars.meters();
        var keys = ApiKeys.open(vertx, config.keys(), meters);
        var tls = MeshTls.open(config.tls());
        var tracing = Tracing.start("gateway", "gateway-" + ProcessHandle.current().pid());
        var telemetry = new Telemetry(meters, tracing.tracer());
        var room = new WaitingRoom(vertx, shared.wanted(), config.stages().patience(), ServiceKind.NAMES, meters);
        var client = new StageClient(vertx, registry, tls, new StageMethods(memory), config.stages(), room,
                telemetry);
        room.open(registry);
        var router = new StageRouter(registry, room, shared.routes(), config.scaleImages());
        var swaps = new Swaps(vertx, shared.store(), shared.locks(), shared.wanted(), new JointQuality(client, router),
                meters);
        var recorder = Recorder.open(vertx, shared.store());
        var pipeline = new GenerationPipeline(client, router, swaps.trials(), recorder,
                new MediaCache(config.mediaCacheBytes(), meters), memory);
        swaps.open(router, pipeline);
        var storage = Storage.open(vertx, config.jobs());
        var jobs = Jobs.open(vertx, config.jobs(), storage, router, pipeline, JobVerdicts::of,
                (owner, media) -> keys.spent(owner, Work.of(media)), telemetry);
        var api = new HttpApi(vertx, config.settings(), router, pipeline, new EmbeddingPipeline(client), jobs,
                new StoredFiles(storage), keys,
                fetcher,
                memory,
                telemetry, () -> {
                    client.measure();
                    swaps.measure();
                });
        var options = api.options().setHost(config.host()).setPort(config.port());
        var server = vertx.createHttpServer(certificate == null ? options : certificate.with(options))
                .connectionHandler(api::connected)
                .requestHandler(api::handle)
                .invalidRequestHandler(api::handleInvalid);
        try {
            Futures.join(server.listen());
        } catch (RuntimeException e) {
            jobs.close();
            storage.close();
            swaps.close();
            pipeline.close();
            recorder.close();
            room.close();
            client.close();
            keys.close();
            tls.close();
            api.close();
            tracing.close();
            throw e;
        }
        if (certificate != null) {
            certificate.follow(server);
        }
        log.info("service=gateway host={} port={} https={}", config.host(), server.actualPort(),
                config.https().serves());
        if (!keys.areSet() && !isLoopback(config.host())) {
            log.warn("service=gateway host={} is open to whoever reaches it: there are no keys", config.host());
        }
        return new Gateway(config, tls, room, client, swaps, recorder, pipeline, jobs, storage, keys, api, tracing,
                certificate,
                server);
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Where it listens. */
    public int port() {
        return server.actualPort();
    }

    /** The same as a client on this machine calls it. */
    public String url() {
        return (config.https().serves() ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** Goes, within the configured time. */
    public void drain() {
        drain(Budget.of(config.drainTimeout()));
    }

    /** Goes, within this time: announces it, finishes what was begun, and closes. */
    public void drain(Budget budget) {
        api.leave();
        var _ = jobs.leave();
        log.info("service=gateway leaves and serves on for {}", config.lameDuck());
        budget.pause(config.lameDuck());
        var idle = api.drain();
        if (!Futures.awaitEnd(idle, budget.forWork())) {
            log.warn("service=gateway gives up requests that did not end in time");
            api.giveUp();
            var _ = Futures.awaitEnd(idle, budget);
        }
        var gone = api.hangUp();
        if (!Futures.awaitEnd(gone, budget.atMost(ON_THE_WIRE))) {
            api.closeConnections();
            var _ = Futures.awaitEnd(gone, budget); // who reads slowly has the end of an answer to come
        }
        close(budget);
    }

    /** Goes at once and cuts off what is under way; every stage at work on it is told. */
    @Override
    public void close() {
        close(Budget.of(CLEANUP));
    }

    private void close(Budget budget) {
        var _ = jobs.leave();
        swaps.close();
        pipeline.close();
        if (certificate != null) {
            certificate.close();
        }
        Futures.join(server.close());
        // A cancelled request still has its embeddings to give back.
        var _ = Futures.awaitEnd(api.drain(), budget);
        jobs.close(budget);
        storage.close();
        recorder.close();
        room.close();
        client.close();
        keys.close();
        tls.close();
        api.close();
        tracing.close();
    }
}
