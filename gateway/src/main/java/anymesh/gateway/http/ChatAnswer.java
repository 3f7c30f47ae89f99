// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.gateway.pipeline.Answers;
import anymesh.gateway.routing.RoutePlan;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * A {@code chat.completion}: OpenAI's shape, with all text in {@code message.content} and, when more than text came out,
 * everything in token order in {@code message.parts}; the first sound is in OpenAI's {@code message.audio} too, if audio was asked for.
 */
record ChatAnswer(String id, long created, String model, RoutePlan plan, boolean wantsAudio,
        boolean wantsLogprobs) {
    /** It is sound, not speech. */
    static final String TRANSCRIPT = "";

    ObjectNode toJson(Answers answers) {
        ObjectNode json = head("chat.completion");
        ArrayNode choices = json.putArray("choices");
        answers.choices().forEach(answer -> choice(choices.size(), answer, choices.addObject()));
        json.set("usage", AnswerJson.chatUsage(answers));
        json.set("anymesh", AnswerJson.route(answers.stages()));
        return json;
    }

    private void choice(int index, Answer answer, ObjectNode json) {
        json.put("index", index)
                .put("finish_reason", AnswerJson.finishReason(answer))
                .set("logprobs", wantsLogprobs ? LogprobsJson.ofChoice(answer.logprobs()) : NullNode.getInstance());
        ObjectNode message = json.putObject("message")
                .put("role", "assistant")
                .put("content", text(answer))
                .putNull("refusal");
        if (answer.parts().stream().anyMatch(AnswerPart.Media.class::isInstance)) {
            ArrayNode parts = message.putArray("parts");
            answer.parts().stream().filter(part -> !(part instanceof AnswerPart.Call))
                    .forEach(part -> PartJson.write(part, parts.addObject()));
        }
        if (answer.parts().stream().anyMatch(AnswerPart.Call.class::isInstance)) {
            ArrayNode calls = message.putArray("tool_calls");
            answer.parts().stream().filter(AnswerPart.Call.class::isInstance)
                    .forEach(call -> PartJson.write(call, calls.addObject()));
        }
        if (wantsAudio) {
            answer.media(Modality.AUDIO).stream().findFirst().ifPresent(
                    sound -> audio(index, sound, message.putObject("audio")));
        }
    }

    private void audio(int choice, GeneratedMedia sound, ObjectNode json) {
        json.put("id", audioId(choice))
                .putPOJO("data", MediaText.base64(sound.getData()))
                .put("expires_at", audioExpiry())
                .put("transcript", TRANSCRIPT);
    }

    /** The id of a choice's sound. */
    String audioId(int choice) {
        return id.replace("chatcmpl-", "audio_") + (choice == 0 ? "" : "_" + choice);
    }

    /** Nothing is kept here, so it expires at once. */
    long audioExpiry() {
        return created;
    }

    /** All text of the answer; null if there is only something else. */
    private static @Nullable String text(Answer answer) {
        if (!answer.parts().isEmpty() && answer.parts().stream().noneMatch(AnswerPart.Text.class::isInstance)) {
            return null;
        }
        var join = new TextJoin();
        var content = new StringBuilder();
        for (int i = 0; i < answer.parts().size(); i++) {
            if (answer.parts().get(i) instanceof AnswerPart.Text(String text, _)) {
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
