// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.routing.Hop;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Pictures in OpenAI's shapes, whole and as events. {@code revised_prompt} is what the backbone said that it draws; an event of
 * the n-th picture of several has {@code index}, an extension.
 *
 * @param kind how the names of the events begin
 * @param size that the pictures have, {@code WIDTHxHEIGHT}
 * @param drawn the size that they are drawn in, and that previews have
 */
record ImagesAnswer(String kind, String size, String drawn, int copies, long created) {
    /** Whatever is asked for, a picture is drawn as well as the model can, and is opaque. */
    private static final String QUALITY = "high";
    private static final String BACKGROUND = "opaque";

    static ImagesAnswer of(ImagesRequest request, Hop generator, long created) {
        String asked = request.generation().media().size();
        String drawn = asked != null ? generator.sizeFor(asked) : generator.sizes().getFirst();
        return new ImagesAnswer(request.kind(), asked != null ? asked : drawn, drawn,
                request.generation().media().copies(), created);
    }

    /** {@code urls}: where the pictures are, if they are not to be in the answer itself. */
    ObjectNode whole(Answer answer, List<String> urls) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("created", created);
        ArrayNode data = json.putArray("data");
        String words = words(answer);
        for (GeneratedMedia media : pictures(answer)) {
            ObjectNode picture = urls.isEmpty()
                    ? data.addObject().putPOJO("b64_json", MediaText.base64(media.getData()))
                    : data.addObject().put("url", urls.get(data.size() - 1));
            if (!words.isEmpty()) {
                picture.put("revised_prompt", words);
            }
            describe(media.getMimeType(), json);
            json.put("size", size);
        }
        json.set("usage", AnswerJson.mediaUsage(answer));
        json.set("anymesh", AnswerJson.route(answer));
        return json;
    }

    ObjectNode partial(MediaPreview preview, int picture) {
        return event("partial_image", preview.mimeType(), preview.file(), drawn, picture)
                .put("partial_image_index", preview.number());
    }

    List<ObjectNode> completed(Answer answer) {
        var events = new ArrayList<ObjectNode>();
        for (GeneratedMedia media : pictures(answer)) {
            ObjectNode event = event("completed", media.getMimeType(), media.getData(), size, events.size());
            event.set("usage", AnswerJson.mediaUsage(answer));
            event.set("anymesh", AnswerJson.route(answer));
            events.add(event);
        }
        return events;
    }

    private ObjectNode event(String name, String type, ByteString file, String of, int picture) {
        ObjectNode event = JsonNodeFactory.instance.objectNode().put("type", kind + "." + name)
                .putPOJO("b64_json", MediaText.base64(file)).put("created_at", created);
        describe(type, event);
        event.put("size", of);
        return copies > 1 ? event.put("index", picture) : event;
    }

    /** What is known of a picture by the type of its file. */
    static void describe(String type, ObjectNode json) {
        json.put("quality", QUALITY).put("background", BACKGROUND)
                .put("output_format", type.substring(type.indexOf('/') + 1));
    }

    private static List<GeneratedMedia> pictures(Answer answer) {
        return answer.media(Modality.IMAGE);
    }

    private static String words(Answer answer) {
        return answer.texts().stream().map(String::strip).filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
