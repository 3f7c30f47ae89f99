// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.gateway.routing.RoutePlan;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A {@code chat.completion}: OpenAI's shape, with all text in {@code message.content} and, when more than text came out,
 * everything in token order in {@code message.parts}; the first sound is in OpenAI's {@code message.audio} too, if audio was asked for.
 */
record ChatAnswer(String id, long created, String model, RoutePlan plan, boolean wantsAudio) {
    /** It is sound, not speech. */
    static final String TRANSCRIPT = "";

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
        if (wantsAudio) {
            answer.media(Modality.AUDIO).stream().findFirst().ifPresent(
                    sound -> audio(sound, message.putObject("audio")));
        }
        json.set("usage", AnswerJson.chatUsage(answer));
        json.set("anymesh", AnswerJson.route(answer));
        return json;
    }

    private void audio(GeneratedMedia sound, ObjectNode json) {
        json.put("id", audioId())
                .putPOJO("data", MediaText.base64(sound.getData()))
                .put("expires_at", audioExpiry())
                .put("transcript", TRANSCRIPT);
    }

    String audioId() {
        return id.replace("chatcmpl-", "audio_");
    }

    /** Nothing is kept here, so it expires at once. */
    long audioExpiry() {
        return created;
    }

    /** All text of the answer; null if pictures are all there is. */
    private static @Nullable String text(Answer answer) {
        if (!answer.parts().isEmpty() && answer.parts().stream().noneMatch(AnswerPart.Text.class::isInstance)) {
            return null;
        }
        var join = new TextJoin();
        var content = new StringBuilder();
        for (int i = 0; i < answer.parts().size(); i++) {
            if (answer.parts().get(i) instanceof AnswerPart.Text(String text)) {
                content.append(join.next(i, text));
            }
        }
        return content.toString();
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
