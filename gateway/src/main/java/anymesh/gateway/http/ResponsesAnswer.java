// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.v1.FinishReason;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A {@code response} in OpenAI's shape, as a whole and on its way. Each run of text is an item of type {@code message} and each
 * picture one of type {@code image_generation_call}, each call one of type {@code function_call}, in the order of the tokens that asked for them, so that an item's place is
 * that of its part.
 *
 * @param echo what it says of its request
 */
record ResponsesAnswer(String id, long created, ObjectNode echo) {

    /** As it is when nothing has come of it. */
    ObjectNode begun() {
        return head("in_progress");
    }

    ObjectNode whole(Answer answer) {
        boolean isCut = isCut(answer);
        ObjectNode json = head(isCut ? "incomplete" : "completed");
        if (isCut) {
            json.putObject("incomplete_details").put("reason", "max_output_tokens");
        }
        json.set("output", output(answer));
        json.set("usage", AnswerJson.responseUsage(answer));
        json.set("anymesh", AnswerJson.route(answer));
        return json;
    }

    /** As it is when it can't be made; of errors it knows fewer than there are. */
    ObjectNode failed(ApiError error) {
        ObjectNode json = head("failed");
        json.putObject("error").put("code", switch (error.status()) {
            case 400 -> "invalid_prompt";
            case 429 -> "rate_limit_exceeded";
            default -> "server_error";
        }).put("message", error.message());
        return json;
    }

    /** Whether the tokens ran out. */
    static boolean isCut(Answer answer) {
        return answer.finishReason() == FinishReason.LENGTH;
    }

    /** What an unfinished text or call at the end of an answer is. */
    static String textStatus(Answer answer) {
        return isCut(answer) ? "incomplete" : "completed";
    }

    private ArrayNode output(Answer answer) {
        ArrayNode output = JsonNodeFactory.instance.arrayNode();
        var join = new TextJoin();
        String said = "";
        for (int i = 0; i < answer.parts().size(); i++) {
            boolean isLast = i == answer.parts().size() - 1;
            switch (answer.parts().get(i)) {
                case AnswerPart.Text(String text, var logprobs) -> {
                    said = join.next(i, text);
                    output.add(ResponseItems.message(messageId(i), isLast ? textStatus(answer) : "completed", said,
                            logprobs));
                }
                case AnswerPart.Call call ->
                    output.add(ResponseItems.call(callId(i), isLast ? textStatus(answer) : "completed", call));
                case AnswerPart.Media(_, var media) -> {
                    output.add(ResponseItems.picture(pictureId(i), media, said));
                    said = "";
                }
            }
        }
        return output;
    }

    /** The id of the message at this place. */
    String messageId(int index) {
        return itemId("msg_", index);
    }

    /** The id of the item of the call at this place. */
    String callId(int index) {
        return itemId("fc_", index);
    }

    /** The id of the picture at this place. */
    String pictureId(int index) {
        return itemId("ig_", index);
    }

    private String itemId(String kind, int index) {
        return id.replace("resp_", kind) + "%02x".formatted(index);
    }

    private ObjectNode head(String status) {
        ObjectNode json = JsonNodeFactory.instance.objectNode()
                .put("id", id)
                .put("object", "response")
                .put("created_at", created)
                .put("status", status)
                .putNull("error")
                .putNull("incomplete_details");
        json.setAll(echo);
        json.putArray("output");
        return json.putNull("usage");
    }
}
