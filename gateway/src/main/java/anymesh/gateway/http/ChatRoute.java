// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Consumer;

/** {@code POST /v1/chat/completions}, whole and streamed. */
final class ChatRoute {
    private final Generations generations;
    private final StageRouter router;
    private final InstantSource clock = InstantSource.system();

    ChatRoute(Generations generations, StageRouter router) {
        this.generations = generations;
        this.router = router;
    }

    void handle(RoutingContext http) {
        generations.serve(http, body -> ChatRequest.read(body, generations.limits()),
                (request, exchange) -> request.stream() ? stream(request, exchange) : whole(request, exchange));
    }

    private ChatAnswer form(ChatRequest request, RoutePlan plan) {
        return new ChatAnswer("chatcmpl-" + UUID.randomUUID().toString().replace("-", ""),
                clock.instant().getEpochSecond(), request.model(), plan, request.wantsAudio());
    }

    private Future<?> whole(ChatRequest request, Exchange exchange) {
        return router.plan(request.needs(), exchange.call())
                .compose(plan -> exchange.run(request.generation(), plan, _ -> {})
                        .compose(answer -> exchange.reply(form(request, plan).toJson(answer))));
    }

    /** The stream's heart beats from here on, as the plan may have to wait for somebody. */
    private Future<?> stream(ChatRequest request, Exchange exchange) {
        var events = generations.stream(exchange);
        exchange.http().addEndHandler(ended -> {
            events.close();
            if (ended.failed()) {
                events.abandon();
            }
        });
        return router.plan(request.needs(), exchange.call())
                .compose(plan -> stream(request, plan, exchange, events))
                .recover(failure -> failed(exchange, events, events::fail, failure))
                .compose(_ -> events.taken());
    }

    private Future<Answer> stream(ChatRequest request, RoutePlan plan, Exchange exchange, EventStream events) {
        var chat = new ChatStream(events, form(request, plan), request.includeUsage());
        return exchange.run(request.generation(), plan, chat::accept)
                .map(answer -> {
                    chat.complete(answer);
                    return answer;
                })
                .recover(failure -> failed(exchange, events, chat::fail, failure));
    }

    private static Future<Answer> failed(Exchange exchange, EventStream events, Consumer<ApiError> tell,
            Throwable failure) {
        if (!events.isOpen()) {
            events.close();
            return Future.failedFuture(failure); // nothing has been sent: a status says it better
        }
        tell.accept(ErrorReplies.logged(exchange.http().response(), failure));
        return Future.succeededFuture();
    }
}
