// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.TokenLogprob;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Items of a response in OpenAI's shapes, in which they may be sent back as input. */
final class ResponseItems {
    private ResponseItems() {}

    /** A message whose text has not begun. */
    static ObjectNode openedMessage(String id) {
        ObjectNode item = JsonNodeFactory.instance.objectNode().put("id", id).put("type", "message")
                .put("status", "in_progress").put("role", "assistant");
        item.putArray("content");
        return item;
    }

    static ObjectNode message(String id, String status, String text, List<TokenLogprob> logprobs) {
        ObjectNode item = openedMessage(id).put("status", status);
        item.putArray("content").add(text(text, logprobs));
        return item;
    }

    /** The one part of a message. */
    static ObjectNode text(String text, List<TokenLogprob> logprobs) {
        ObjectNode part = JsonNodeFactory.instance.objectNode().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.set("logprobs", LogprobsJson.of(logprobs, true));
        return part;
    }

    /** A call of a function; {@code id} is the item's. */
    static ObjectNode call(String id, String status, AnswerPart.Call call) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("type", "function_call").put("status", status)
                .put("call_id", call.id()).put("name", call.name()).put("arguments", call.arguments());
    }

    /** A picture that is being drawn. */
    static ObjectNode openedPicture(String id) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("type", "image_generation_call")
                .put("status", "in_progress").putNull("result");
    }

    /** {@code said}: what the backbone said before it, and so of it. */
    static ObjectNode picture(String id, GeneratedMedia media, String said) {
        ObjectNode item = openedPicture(id).put("status", "completed")
                .putPOJO("result", MediaText.base64(media.getData()));
        ImagesAnswer.describe(media.getMimeType(), item);
        if (media.getWidth() > 0 && media.getHeight() > 0) {
            item.put("size", media.getWidth() + "x" + media.getHeight());
        }
        return said.isBlank() ? item.putNull("revised_prompt") : item.put("revised_prompt", said.strip());
    }
}
