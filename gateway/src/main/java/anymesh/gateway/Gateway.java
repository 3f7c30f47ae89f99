// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway;

import anymesh.gateway.client.StageClient;
import anymesh.gateway.http.HttpApi;
import anymesh.gateway.pipeline.GenerationPipeline;
import anymesh.gateway.routing.Services;
import anymesh.gateway.routing.StageRouter;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.gateway.waiting.WaitingRoom;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.replicas.WantedReplicas;
import anymesh.kit.server.Futures;
import anymesh.kit.server.PlainHttp;
import anymesh.kit.tls.MeshTls;
import anymesh.kit.trace.Exemplars;
import anymesh.kit.trace.Tracing;
import anymesh.wire.StageMethods;
import anymesh.wire.WireMemory;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway. Its methods block and are not for event loops. The registry and the memory are its caller's, who
 * closes the memory after the gateway.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Gateway.class);

    private static final Duration CLEANUP = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final GatewayConfig config;
    private final MeshTls tls;
    private final WaitingRoom room;
    private final StageClient client;
    private final HttpApi api;
    private final Tracing tracing;
    private final HttpServer server;

    private Gateway(Vertx vertx, GatewayConfig config, MeshTls tls, WaitingRoom room, StageClient client, HttpApi api,
            Tracing tracing, HttpServer server) {
        this.vertx = vertx;
        this.config = config;
        this.tls = tls;
        this.room = room;
        this.client = client;
        this.api = api;
        this.tracing = tracing;
        this.server = server;
    }

    /** As below, in a mesh where nobody says how many instances of a service there shall be. */
    public static Gateway start(Vertx vertx, GatewayConfig config, StageRegistry registry, WireMemory memory) {
        return start(vertx, config, registry, WantedReplicas.unknown(), memory);
    }

    /** Starts to listen. Whether a model can be asked for is the registry's to know: see {@code /readyz}. */
    public static Gateway start(Vertx vertx, GatewayConfig config, StageRegistry registry, WantedReplicas wanted,
            WireMemory memory) {
        var tls = MeshTls.open(config.tls());
        var meters = Exemplars.meters();
        var tracing = Tracing.start("gateway", "gateway-" + ProcessHandle.current().pid());
        var telemetry = new Telemetry(meters, tracing.tracer());
        var room = new WaitingRoom(vertx, wanted, config.stages().patience(), Services.ALL, meters);
        var client = new StageClient(vertx, registry, tls.channel(), new StageMethods(memory), config.stages(), room,
                telemetry);
        room.open(registry);
        var router = new StageRouter(registry, room);
        var api = new HttpApi(vertx, config.settings(), router, new GenerationPipeline(client, router), memory,
                telemetry, client::measure);
        var options = PlainHttp.options().setHost(config.host()).setPort(config.port())
                .setHandle100ContinueAutomatically(true);
        var server = vertx.createHttpServer(options)
                .requestHandler(api::handle)
                .invalidRequestHandler(HttpApi::handleInvalid);
        try {
            Futures.join(server.listen());
        } catch (RuntimeException e) {
            room.close();
            client.close();
            tls.close();
            api.close();
            tracing.close();
            throw e;
        }
        log.info("service=gateway host={} port={}", config.host(), server.actualPort());
        return new Gateway(vertx, config, tls, room, client, api, tracing, server);
    }

    /** Where it listens. */
    public int port() {
        return server.actualPort();
    }

    /** Refuses new requests, finishes those under way within the configured time, and closes. */
    public void drain() {
        awaitIdle(config.drainTimeout());
        close();
    }

    /** Cuts off what is under way; every stage at work on it is told. */
    @Override
    public void close() {
        Futures.join(server.close());
        awaitIdle(CLEANUP); // a cancelled request still has its embeddings to give back
        room.close();
        client.close();
        tls.close();
        api.close();
        tracing.close();
    }

    private void awaitIdle(Duration timeout) {
        var timer = vertx.timer(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
        Futures.join(Future.any(api.drain(), timer).otherwiseEmpty());
        timer.cancel();
    }
}
