// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.routing.OutputPath;
import anymesh.gateway.routing.RoutePlan;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;

/** {@code POST /v1/images/generations}, {@code /edits} and {@code /variations}, whole and streamed. */
final class ImagesRoute {
    private final Generations generations;
    private final StageRouter router;
    private final MediaUrls urls;
    private final InstantSource clock = InstantSource.system();

    ImagesRoute(Generations generations, StageRouter router, MediaUrls urls) {
        this.generations = generations;
        this.router = router;
        this.urls = urls;
    }

    void generate(RoutingContext http) {
        generations.serve(http, ImagesRequest::generation, this::answer);
    }

    void edit(RoutingContext http) {
        generations.serve(http, body -> ImagesRequest.edit(body, generations.limits().maxMedia()), this::answer);
    }

    void vary(RoutingContext http) {
        generations.serve(http, ImagesRequest::variation, this::answer);
    }

    private Future<?> answer(ImagesRequest request, Exchange exchange) {
        if (request.asUrls()) {
            urls.require(ImagesRequest.FORMAT);
        }
        return request.stream()
                ? generations.stream(exchange, events -> plan(request, exchange)
                        .compose(plan -> stream(request, plan, exchange, events)))
                : plan(request, exchange).compose(plan -> exchange.whole(request.generation(), plan)
                        .compose(answer -> whole(answer, form(request, plan), request.asUrls(), exchange))
                        .compose(exchange::reply));
    }

    private Future<ObjectNode> whole(Answer answer, ImagesAnswer form, boolean asUrls, Exchange exchange) {
        return asUrls
                ? urls.of(answer.media(Modality.IMAGE), exchange).map(made -> form.whole(answer, made))
                : Future.succeededFuture(form.whole(answer, List.of()));
    }

    private Future<RoutePlan> plan(ImagesRequest request, Exchange exchange) {
        return router.plan(request.needs(), Modality.IMAGE, request.generation().media().needs(), exchange.call());
    }

    private ImagesAnswer form(ImagesRequest request, RoutePlan plan) {
        OutputPath path = Objects.requireNonNull(plan.outputs().get(Modality.IMAGE));
        return ImagesAnswer.of(request, path.generator(), clock.instant().getEpochSecond());
    }

    private Future<?> stream(ImagesRequest request, RoutePlan plan, Exchange exchange, EventStream events) {
        var form = form(request, plan);
        var pictures = new ImagesStream(events, form);
        return exchange.run(request.generation(), plan, pictures::accept).map(answer -> {
            pictures.complete(answer);
            return answer;
        });
    }
}
