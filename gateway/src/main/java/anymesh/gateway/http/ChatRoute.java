// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;

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
        generations.serve(http, body -> ChatRequest.read(body, limits), request -> answer(http, request));
    }

    private Future<?> answer(RoutingContext http, ChatRequest request) {
        RoutePlan plan = router.plan(request.needs());
        var answer = new ChatAnswer("chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                clock.instant().getEpochSecond(), request.model(), plan, request.wantsAudio());
        return request.stream() ? stream(http, request, answer) : whole(http, request, answer);
    }

    private Future<?> whole(RoutingContext http, ChatRequest request, ChatAnswer form) {
        return generations.run(http, request.generation(), form.plan(), _ -> {})
                .compose(answer -> http.response()
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .end(Json.write(form.toJson(answer))));
    }

    private Future<?> stream(RoutingContext http, ChatRequest request, ChatAnswer form) {
        var events = new EventStream(vertx, http.response(), heartbeat);
        var chat = new ChatStream(events, form, request.includeUsage());
        Promise<Void> taken = Promise.promise();
        http.addEndHandler(_ -> {
            events.close();
            taken.tryComplete(); // by the client, or it has gone
        });
        return generations.run(http, request.generation(), form.plan(), chat::accept)
                .onSuccess(chat::complete)
                .recover(failure -> failed(http, events, chat, failure))
                .compose(_ -> taken.future());
    }

    private static Future<Answer> failed(RoutingContext http, EventStream events, ChatStream chat, Throwable failure) {
        if (!events.isOpen()) {
            events.close();
            return Future.failedFuture(failure); // nothing has been sent: a status says it better
        }
        chat.fail(ErrorReplies.logged(http.response(), failure));
        return Future.succeededFuture();
    }
}
