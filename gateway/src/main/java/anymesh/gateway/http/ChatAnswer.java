// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.gateway.routing.RoutePlan;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A {@code chat.completion}: OpenAI's shape, with all text in {@code message.content} and, when more than text came out,
 * everything in token order in {@code message.parts}.
 */
record ChatAnswer(String id, long created, String model, RoutePlan plan) {

    ObjectNode toJson(Answer answer) {
        ObjectNode json = head("chat.completion");
        ObjectNode choice = json.putArray("choices").addObject()
                .put("index", 0)
                .put("finish_reason", AnswerJson.finishReason(answer))
                .putNull("logprobs");
        ObjectNode message = choice.putObject("message")
                .put("role", "assistant")
                .put("content", text(answer))
                .putNull("refusal");
        if (answer.parts().stream().anyMatch(AnswerPart.Media.class::isInstance)) {
            ArrayNode parts = message.putArray("parts");
            answer.parts().forEach(part -> PartJson.write(part, parts.addObject()));
        }
        json.set("usage", AnswerJson.chatUsage(answer));
        json.set("anymesh", AnswerJson.route(answer));
        return json;
    }

    /** All text of the answer; null if pictures are all there is. */
    private static @Nullable String text(Answer answer) {
        if (!answer.parts().isEmpty() && answer.parts().stream().noneMatch(AnswerPart.Text.class::isInstance)) {
            return null;
        }
        return answer.parts().stream()
                .map(part -> part instanceof AnswerPart.Text(String text) ? text : "")
                .collect(Collectors.joining());
    }

    /** What every chunk of a stream and every whole answer begins with. */
    ObjectNode head(String object) {
        return JsonNodeFactory.instance.objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", model)
                .put("system_fingerprint", AnswerJson.fingerprint(plan));
    }
}
