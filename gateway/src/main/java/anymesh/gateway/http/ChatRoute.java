// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import anymesh.wire.call.CallContext;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Consumer;

/** {@code POST /v1/chat/completions}, whole and streamed. */
final class ChatRoute {
    private final Vertx vertx;
    private final Generations generations;
    private final StageRouter router;
    private final HttpLimits limits;
    private final Duration heartbeat;
    private final InstantSource clock = InstantSource.system();

    ChatRoute(Vertx vertx, Generations generations, StageRouter router, HttpLimits limits, Duration heartbeat) {
        this.vertx = vertx;
        this.generations = generations;
        this.router = router;
        this.limits = limits;
        this.heartbeat = heartbeat;
    }

    void handle(RoutingContext http) {
        generations.serve(http, body -> ChatRequest.read(body, limits), (request, call) -> request.stream()
                ? stream(http, request, call)
                : whole(http, request, call));
    }

    private ChatAnswer form(ChatRequest request, RoutePlan plan) {
        return new ChatAnswer("chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                clock.instant().getEpochSecond(), request.model(), plan, request.wantsAudio());
    }

    private Future<?> whole(RoutingContext http, ChatRequest request, CallContext call) {
        return router.plan(request.needs(), call)
                .compose(plan -> generations.run(http, request.generation(), plan, call, _ -> {})
                        .compose(answer -> http.response()
                                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                                .end(Json.write(form(request, plan).toJson(answer)))));
    }

    /** The stream's heart beats from here on, as the plan may have to wait for somebody. */
    private Future<?> stream(RoutingContext http, ChatRequest request, CallContext call) {
        var events = new EventStream(vertx, http.response(), heartbeat);
        Promise<Void> taken = Promise.promise();
        http.addEndHandler(_ -> {
            events.close();
            taken.tryComplete(); // by the client, or it has gone
        });
        return router.plan(request.needs(), call)
                .compose(plan -> stream(http, request, plan, call, events))
                .recover(failure -> failed(http, events, events::fail, failure))
                .compose(_ -> taken.future());
    }

    private Future<Answer> stream(RoutingContext http, ChatRequest request, RoutePlan plan, CallContext call,
            EventStream events) {
        var chat = new ChatStream(events, form(request, plan), request.includeUsage());
        return generations.run(http, request.generation(), plan, call, chat::accept)
                .onSuccess(chat::complete)
                .recover(failure -> failed(http, events, chat::fail, failure));
    }

    private static Future<Answer> failed(RoutingContext http, EventStream events, Consumer<ApiError> tell,
            Throwable failure) {
        if (!events.isOpen()) {
            events.close();
            return Future.failedFuture(failure); // nothing has been sent: a status says it better
        }
        tell.accept(ErrorReplies.logged(http.response(), failure));
        return Future.succeededFuture();
    }
}
