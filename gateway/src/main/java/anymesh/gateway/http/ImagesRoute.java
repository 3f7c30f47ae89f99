// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.gateway.routing.StageRouter;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;

/** {@code POST /v1/images/generations}. */
final class ImagesRoute {
    private final Generations generations;
    private final StageRouter router;
    private final InstantSource clock = InstantSource.system();

    ImagesRoute(Generations generations, StageRouter router) {
        this.generations = generations;
        this.router = router;
    }

    void handle(RoutingContext http) {
        generations.serve(http, ImagesRequest::read, this::answer);
    }

    private Future<?> answer(ImagesRequest request, Exchange exchange) {
        return router.plan(request.needs(), exchange.call())
                // Before the backbone is bothered: whether there is a generator that draws in this size. It is the one that will.
                .compose(plan -> router
                        .output(plan, Modality.IMAGE, request.generation().media().needs(), exchange.call())
                        .compose(path -> exchange.run(request.generation(), plan.with(Modality.IMAGE, path), _ -> {})))
                .compose(answer -> exchange.reply(toJson(answer)));
    }

    private ObjectNode toJson(Answer answer) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("created", clock.instant().getEpochSecond());
        ArrayNode data = json.putArray("data");
        for (AnswerPart part : answer.parts()) {
            if (part instanceof AnswerPart.Media(_, GeneratedMedia media)) {
                data.addObject().putPOJO("b64_json", MediaText.base64(media.getData()));
                json.put("size", media.getWidth() + "x" + media.getHeight());
                json.put("output_format", media.getMimeType().substring(media.getMimeType().indexOf('/') + 1));
            }
        }
        json.set("usage", AnswerJson.mediaUsage(answer));
        json.set("anymesh", AnswerJson.route(answer));
        return json;
    }
}
