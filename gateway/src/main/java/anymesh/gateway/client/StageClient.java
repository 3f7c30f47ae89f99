// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.client;

import anymesh.gateway.balance.InstanceChooser;
import anymesh.gateway.balance.InstanceLoad;
import anymesh.gateway.balance.RetryBudget;
import anymesh.gateway.telemetry.Telemetry;
import anymesh.gateway.waiting.WaitingRoom;
import anymesh.kit.registry.StageRegistry;
import anymesh.kit.tls.MeshTls;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.Frame;
import anymesh.wire.StageMethods;
import com.google.protobuf.Message;
import io.opentelemetry.api.trace.Tracer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Has steps done by stages: chooses the instance, and another one if that fails, for which it waits if need be. A call takes over the embeddings that it
 * sends and holds them until its step has ended, however often they are sent. It delivers on the Vert.x context that it
 * was made from, so that a request's own state needs no locks. Errors name the stage and keep the stage's reason only
 * where it is meant for clients.
 */
public final class StageClient implements AutoCloseable {
    private final Vertx vertx;
    private final StageMethods methods;
    private final StageChannels channels;
    private final InstanceChooser chooser;
    private final Liveness liveness;
    private final Deaths deaths;
    private final Suspects suspects;
    private final WaitingRoom room;
    private final CallSettings settings;
    private final StageMeters meters;
    private final Tracer tracer;
    private final ConcurrentMap<String, RetryBudget> budgets = new ConcurrentHashMap<>();

    /** Calls the stages of a registry with these credentials. */
    public StageClient(Vertx vertx, StageRegistry registry, MeshTls tls, StageMethods methods,
            CallSettings settings, WaitingRoom room, Telemetry telemetry) {
        this.vertx = vertx;
        this.methods = methods;
        this.settings = settings;
        this.room = room;
        this.meters = new StageMeters(telemetry.meters());
        this.tracer = telemetry.tracer();
        this.channels = new StageChannels(registry, tls, settings.connectTimeout());
        this.chooser = new InstanceChooser(registry, settings.ejection(), settings.slowStart(), System::nanoTime,
                new SplittableRandom(), meters::ejected);
        this.deaths = new Deaths(vertx, channels, settings.connectTimeout());
        this.suspects = new Suspects(vertx);
        this.liveness = new Liveness(vertx, settings.quiet(), settings.answerTimeout());
    }

    /** The methods that stages offer. */
    public StageMethods methods() {
        return methods;
    }

    /** A call with one answer. Takes over the request. */
    public <Q extends Message, R extends Message> Future<Reply<R>> ask(StageCall<Q, R> call, Frame<Q> request) {
        var answer = new SingleAnswer<Q, R>(call.hop().service(), request.header());
        return listen(call, request.embeddings(), answer).transform(ended -> {
            if (ended.failed()) {
                answer.discard();
                return Future.failedFuture(ended.cause());
            }
            return answer.take(ended.result());
        });
    }

    /**
     * A call with many answers. Takes over the batches, which go with each request of the stream. The future completes
     * after the last answer, with the instance that gave it; if the stream throws, the call is cancelled and the future
     * fails with what it threw.
     */
    public <Q extends Message, R extends Message> Future<Served> listen(StageCall<Q, R> call,
            List<EmbeddingBatch> batches,
            StageStream<Q, R> stream) {
        var budget = budgets.computeIfAbsent(call.hop().service(), _ -> new RetryBudget(
                settings.retries().budgetShare(), settings.retries().budgetPerSecond(), System::nanoTime));
        budget.deposit();
        return new Step<>(this, call, batches, stream, budget).run()
                .onComplete(_ -> batches.forEach(EmbeddingBatch::close));
    }

    public Vertx vertx() {
        return vertx;
    }

    StageChannels channels() {
        return channels;
    }

    InstanceChooser chooser() {
        return chooser;
    }

    Liveness liveness() {
        return liveness;
    }

    Deaths deaths() {
        return deaths;
    }

    Suspects suspects() {
        return suspects;
    }

    WaitingRoom room() {
        return room;
    }

    CallSettings settings() {
        return settings;
    }

    Tracer tracer() {
        return tracer;
    }

    StageMeters meters() {
        return meters;
    }

    /** All instances, and what this gateway has given to each. */
    public List<InstanceLoad> loads() {
        return chooser.loads();
    }

    /** Brings the meters of instances up to date. */
    public void measure() {
        meters.measure(chooser.loads());
    }

    @Override
    public void close() {
        liveness.close();
        chooser.close();
        channels.close();
    }
}
