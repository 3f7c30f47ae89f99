// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.UUID;

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
                clock.instant().getEpochSecond(), request.model(), plan, request.wantsAudio(), request.wantsLogprobs());
    }

    private Future<?> whole(ChatRequest request, Exchange exchange) {
        return router.plan(request.needs(), exchange.call())
                .compose(plan -> exchange.whole(request.generation(), request.n(), plan)
                        .compose(answers -> exchange.reply(form(request, plan).toJson(answers))));
    }

    private Future<?> stream(ChatRequest request, Exchange exchange) {
        return generations.stream(exchange, events -> router.plan(request.needs(), exchange.call())
                .compose(plan -> stream(request, plan, exchange, events)));
    }

    private Future<?> stream(ChatRequest request, RoutePlan plan, Exchange exchange, EventStream events) {
        var chat = new ChatStream(events, form(request, plan), request.n(), request.includeUsage());
        return exchange.run(request.generation(), request.n(), plan, chat::accept).map(answers -> {
            chat.complete(answers);
            return answers;
        });
    }
}
