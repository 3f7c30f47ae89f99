// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.routing.ModelCard;
import anymesh.gateway.routing.RouteRefused;
import anymesh.gateway.routing.StageRouter;
import anymesh.kit.catalogue.Modalities;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** {@code GET /v1/models} and {@code GET /v1/models/{id}}, where an id may contain slashes. */
final class ModelsRoute {
    static final String PATH = "/v1/models";

    private final StageRouter router;

    /** OpenAI wants a date of creation; a model is here since this gateway is. */
    private final long created = Instant.now().getEpochSecond();

    ModelsRoute(StageRouter router) {
        this.router = router;
    }

    void list(RoutingContext http) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("object", "list");
        ArrayNode data = json.putArray("data");
        router.models().forEach(model -> write(model, data.addObject()));
        Json.reply(http.response(), json);
    }

    void get(RoutingContext http) {
        String id = id(http.normalizedPath());
        router.models().stream().filter(model -> model.id().equals(id)).findFirst().ifPresentOrElse(model -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            write(model, json);
            Json.reply(http.response(), json);
        }, () -> ErrorReplies.reply(http.response(), RouteRefused.unknownModel(Fields.abbreviated(id))));
    }

    private static String id(String path) {
        String encoded = path.substring(PATH.length() + 1);
        try {
            return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException _) {
            return encoded; // no model is called so
        }
    }

    private void write(ModelCard model, ObjectNode json) {
        json.put("id", model.id()).put("object", "model").put("created", created).put("owned_by", "anymesh");
        ObjectNode modalities = json.putObject("modalities");
        write(model.inputs(), modalities.putArray("input"));
        write(model.outputs(), modalities.putArray("output"));
        write(model.embeds(), modalities.putArray("embedding"));
    }

    private static void write(List<Modality> modalities, ArrayNode json) {
        modalities.forEach(modality -> json.add(Modalities.name(modality)));
    }
}
