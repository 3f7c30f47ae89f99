// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Embedded;
import anymesh.gateway.pipeline.EmbeddingPipeline;
import anymesh.gateway.routing.StageRouter;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;

/** {@code POST /v1/embeddings}: texts and media as vectors of the space that they share. */
final class EmbeddingsRoute {
    private final Generations generations;
    private final StageRouter router;
    private final EmbeddingPipeline pipeline;

    EmbeddingsRoute(Generations generations, StageRouter router, EmbeddingPipeline pipeline) {
        this.generations = generations;
        this.router = router;
        this.pipeline = pipeline;
    }

    void handle(RoutingContext http) {
        generations.serve(http, body -> EmbeddingsRequest.read(body, generations.limits().maxMedia()), this::answer);
    }

    private Future<?> answer(EmbeddingsRequest request, Exchange exchange) {
        return router.embeddings(request.needs(), exchange.call())
                .compose(plan -> pipeline.embed(request.inputs(), request.params(), plan, exchange.call()))
                .compose(embedded -> {
                    exchange.spending().spend(embedded.tokens());
                    exchange.spent(embedded.stages());
                    return exchange.reply(toJson(request, embedded));
                });
    }

    private static ObjectNode toJson(EmbeddingsRequest request, Embedded embedded) {
        int there = embedded.vectors().getFirst().length;
        if (request.dimensions() != null && request.dimensions() != there) {
            throw new InvalidInput("Invalid 'dimensions': %d is not supported; the model has %d.".formatted(
                    request.dimensions(), there), "dimensions");
        }
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = json.putArray("data");
        for (float[] vector : embedded.vectors()) {
            ObjectNode item = data.addObject().put("object", "embedding").put("index", data.size() - 1);
            if (request.base64()) {
                item.put("embedding", base64(vector));
            } else {
                ArrayNode numbers = item.putArray("embedding");
                for (float number : vector) {
                    numbers.add(number);
                }
            }
        }
        json.put("model", request.model());
        ObjectNode usage = json.putObject("usage").put("prompt_tokens", embedded.tokens()).put("total_tokens",
                embedded.tokens());
        AnswerJson.stages(embedded.stages(), usage.putArray("stages"));
        json.set("anymesh", AnswerJson.route(embedded.stages()));
        return json;
    }

    /** Little-endian floats, as OpenAI's clients unpack them. */
    private static String base64(float[] vector) {
        var bytes = ByteBuffer.allocate(Float.BYTES * vector.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }
}
