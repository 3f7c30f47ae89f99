// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.Modality;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.UUID;

/** {@code POST /v1/responses}, whole and streamed: a chat in OpenAI's newer shape. No response is stored. */
final class ResponsesRoute {
    private final Generations generations;
    private final StageRouter router;
    private final InstantSource clock = InstantSource.system();

    ResponsesRoute(Generations generations, StageRouter router) {
        this.generations = generations;
        this.router = router;
    }

    void handle(RoutingContext http) {
        generations.serve(http, body -> ResponsesRequest.read(body, generations.limits()),
                (request, exchange) -> request.stream()
                        ? generations.stream(exchange, events -> stream(request, exchange, events))
                        : whole(request, exchange));
    }

    private ResponsesAnswer form(ResponsesRequest request) {
        return new ResponsesAnswer("resp_" + UUID.randomUUID().toString().replace("-", ""),
                clock.instant().getEpochSecond(), request.echo());
    }

    private Future<RoutePlan> plan(ResponsesRequest request, Exchange exchange) {
        return request.isPlannedWithPictures()
                ? router.plan(request.needs(), Modality.IMAGE, request.generation().media().needs(), exchange.call())
                        .recover(failure -> Future.failedFuture(request.named(failure)))
                : router.plan(request.needs(), exchange.call());
    }

    private Future<?> whole(ResponsesRequest request, Exchange exchange) {
        return plan(request, exchange).compose(plan -> exchange.whole(request.generation(), plan))
                .compose(answer -> exchange.reply(form(request).whole(answer)));
    }

    private Future<?> stream(ResponsesRequest request, Exchange exchange, EventStream events) {
        // Before the plan, which may have to wait: should it fail after the first heartbeat, the client is to be told as ever.
        var response = new ResponsesStream(events, form(request));
        return plan(request, exchange)
                .compose(plan -> exchange.run(request.generation(), plan, response::accept))
                .map(answer -> {
                    response.complete(answer);
                    return answer;
                });
    }
}
