// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.CallStarted;
import anymesh.gateway.pipeline.AnswerEvent.CallWritten;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.gateway.pipeline.AnswerPart;
import anymesh.v1.TokenLogprob;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A response as OpenAI streams it: numbered events of its items, which are opened in their order, while text may go on beside a
 * picture that is still being drawn. There is no {@code [DONE]}: the last event has the whole response, or says what failed. Used on
 * the request's event loop only.
 */
final class ResponsesStream {
    private static final String PICTURE = "response.image_generation_call.";

    /** The message that is being written. */
    private record Writing(int index, String id, StringBuilder text, List<TokenLogprob> logprobs) {}

    /** The call that is being written. */
    private record Calling(int index, String id, String name, StringBuilder arguments) {
        AnswerPart.Call whole() {
            return new AnswerPart.Call(id, name, arguments.toString());
        }
    }

    private final EventStream stream;
    private final ResponsesAnswer answer;
    private final AnswerStream events;
    private final TextJoin join = new TextJoin();
    /** What was said before a picture, by the place of the picture. */
    private final Map<Integer, String> said = new HashMap<>();
    private final Set<Integer> drawing = new HashSet<>();
    private @Nullable Writing writing;
    private @Nullable Calling calling;
    private boolean begun;
    private int sent;

    ResponsesStream(EventStream stream, ResponsesAnswer answer) {
        this.stream = stream;
        this.answer = answer;
        events = new AnswerStream(stream, this::shape, this::send);
        stream.failBy(error -> events.end(() -> fail(error)));
    }

    void accept(AnswerEvent event) {
        events.accept(event);
    }

    /** The rest of the answer, once all events before it have been taken. */
    void complete(Answer complete) {
        events.end(() -> {
            var rest = new ArrayList<ObjectNode>();
            begin(rest);
            endText(ResponsesAnswer.textStatus(complete), rest);
            endCall(ResponsesAnswer.textStatus(complete), rest);
            rest.add(whole(ResponsesAnswer.isCut(complete) ? "incomplete" : "completed", answer.whole(complete)));
            rest.forEach(this::send);
            stream.end();
        });
    }

    /** As documented, and with {@code error} too, as OpenAI sends it and its clients look for it. */
    private void fail(ApiError error) {
        var rest = new ArrayList<ObjectNode>();
        begin(rest);
        rest.add(whole("failed", answer.failed(error)));
        ObjectNode last = event("error").put("code", error.code()).put("message", error.message())
                .put("param", error.param());
        rest.add(last.setAll(error.toJson()));
        rest.forEach(this::send);
        stream.end();
    }

    private void send(ObjectNode event) {
        stream.sendTyped(event.put("sequence_number", sent++));
    }

    private List<ObjectNode> shape(AnswerEvent event) {
        var shaped = new ArrayList<ObjectNode>();
        begin(shaped);
        switch (event) {
            case TextWritten(int index, String text, var logprobs) ->
                write(index, join.next(index, text), logprobs, shaped);
            case CallStarted(int index, String id, String name) -> {
                endText("completed", shaped);
                endCall("completed", shaped);
                calling = new Calling(index, id, name, new StringBuilder());
                shaped.add(item("added", index,
                        ResponseItems.call(answer.callId(index), "in_progress", calling.whole())));
            }
            case CallWritten(int index, String arguments) -> {
                Objects.requireNonNull(calling).arguments().append(arguments);
                shaped.add(call("delta", index).put("delta", arguments));
            }
            case MediaStarted(int index, _) -> {
                said.put(index, endText("completed", shaped));
                shaped.add(item("added", index, ResponseItems.openedPicture(answer.pictureId(index))));
                shaped.add(picture("in_progress", index));
            }
            case MediaWaiting _ -> {
                // It is still in progress.
            }
            case MediaProgress progress -> draw(progress.index(), shaped);
            case MediaPreview(int index, _, int number, String type, var file) -> {
                draw(index, shaped);
                ObjectNode partial = picture("partial_image", index).put("partial_image_index", number)
                        .putPOJO("partial_image_b64", MediaText.base64(file));
                ImagesAnswer.describe(type, partial);
                shaped.add(partial);
            }
            case MediaDone(int index, _, var media) -> {
                draw(index, shaped);
                shaped.add(picture("completed", index));
                shaped.add(item("done", index, ResponseItems.picture(answer.pictureId(index), media,
                        said.getOrDefault(index, ""))));
            }
        }
        return shaped;
    }

    private void begin(List<ObjectNode> into) {
        if (!begun) {
            begun = true;
            into.add(whole("created", answer.begun()));
            into.add(whole("in_progress", answer.begun()));
        }
    }

    private void write(int index, String text, List<TokenLogprob> logprobs, List<ObjectNode> into) {
        Writing message = writing;
        if (message == null) {
            message = new Writing(index, answer.messageId(index), new StringBuilder(), new ArrayList<>());
            writing = message;
            into.add(item("added", index, ResponseItems.openedMessage(message.id())));
            ObjectNode part = text("response.content_part.added", message);
            part.set("part", ResponseItems.text("", List.of()));
            into.add(part);
        }
        message.text().append(text);
        message.logprobs().addAll(logprobs);
        ObjectNode delta = text("response.output_text.delta", message).put("delta", text);
        delta.set("logprobs", LogprobsJson.of(logprobs, false));
        into.add(delta);
    }

    /** Ends the message that is being written, if one is, and returns what it says. */
    private String endText(String status, List<ObjectNode> into) {
        Writing message = writing;
        if (message == null) {
            return "";
        }
        writing = null;
        String text = message.text().toString();
        ObjectNode whole = text("response.output_text.done", message).put("text", text);
        whole.set("logprobs", LogprobsJson.of(message.logprobs(), false));
        into.add(whole);
        ObjectNode part = text("response.content_part.done", message);
        part.set("part", ResponseItems.text(text, message.logprobs()));
        into.add(part);
        into.add(item("done", message.index(), ResponseItems.message(message.id(), status, text, message.logprobs())));
        return text;
    }

    /** Ends the call that is being written, if one is. */
    private void endCall(String status, List<ObjectNode> into) {
        Calling call = calling;
        if (call != null) {
            calling = null;
            into.add(call("done", call.index()).put("name", call.name()).put("arguments", call.arguments().toString()));
            into.add(item("done", call.index(), ResponseItems.call(answer.callId(call.index()), status, call.whole())));
        }
    }

    private ObjectNode call(String name, int index) {
        return event("response.function_call_arguments." + name).put("item_id", answer.callId(index))
                .put("output_index", index);
    }

    /** The first step of a picture has been taken; a slow client may not have been told of it. */
    private void draw(int index, List<ObjectNode> into) {
        if (drawing.add(index)) {
            into.add(picture("generating", index));
        }
    }

    private static ObjectNode event(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    private static ObjectNode whole(String name, ObjectNode response) {
        ObjectNode event = event("response." + name);
        event.set("response", response);
        return event;
    }

    private static ObjectNode item(String name, int index, ObjectNode item) {
        ObjectNode event = event("response.output_item." + name).put("output_index", index);
        event.set("item", item);
        return event;
    }

    private static ObjectNode text(String type, Writing message) {
        return event(type).put("item_id", message.id()).put("output_index", message.index()).put("content_index", 0);
    }

    private ObjectNode picture(String name, int index) {
        return event(PICTURE + name).put("item_id", answer.pictureId(index)).put("output_index", index);
    }
}
