// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaText;
import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A chat answer as {@code chat.completion.chunk} events: the role, then text in {@code delta.content} and media in
 * {@code delta.parts} as they come, and the first sound in {@code delta.audio} too if audio was asked for, then the finish
 * reason, the usage if it was asked for, and {@code [DONE]}. A part's {@code index} is its place in the whole answer, where
 * each run of text between media is a part too. Used on the request's event loop only.
 */
final class ChatStream {
    private final EventStream stream;
    private final AnswerStream events;
    private final ChatAnswer answer;
    private final boolean includeUsage;
    private final TextJoin join = new TextJoin();
    private final @Nullable AudioStream audio;
    private boolean begun;

    ChatStream(EventStream stream, ChatAnswer answer, boolean includeUsage) {
        this.stream = stream;
        this.answer = answer;
        this.includeUsage = includeUsage;
        audio = answer.wantsAudio() ? new AudioStream(answer) : null;
        events = new AnswerStream(stream, this::chunks, stream::send);
    }

    void accept(AnswerEvent event) {
        events.accept(event);
    }

    /** The rest of the answer, once all events before it have been taken. */
    void complete(Answer complete) {
        events.end(() -> finish(complete));
    }

    private List<ObjectNode> chunks(AnswerEvent event) {
        var chunks = new ArrayList<ObjectNode>();
        begin(chunks);
        chunks.add(chunk(event));
        if (audio != null) {
            for (ObjectNode sound : audio.deltas(event)) {
                ObjectNode chunk = chunk();
                delta(chunk).set("audio", sound);
                chunks.add(chunk);
            }
        }
        return chunks;
    }

    private void begin(List<ObjectNode> chunks) {
        if (!begun) {
            begun = true;
            ObjectNode chunk = chunk();
            delta(chunk).put("role", "assistant").put("content", "");
            chunks.add(chunk);
        }
    }

    private void finish(Answer complete) {
        var chunks = new ArrayList<ObjectNode>();
        begin(chunks);
        ObjectNode end = chunk();
        delta(end);
        ((ObjectNode) end.path("choices").path(0)).put("finish_reason", AnswerJson.finishReason(complete));
        end.set("anymesh", AnswerJson.route(complete));
        chunks.add(end);
        if (includeUsage) {
            ObjectNode usage = answer.head("chat.completion.chunk");
            usage.putArray("choices");
            usage.set("usage", AnswerJson.chatUsage(complete));
            chunks.add(usage);
        }
        chunks.forEach(stream::send);
        stream.done();
    }

    private ObjectNode chunk(AnswerEvent event) {
        ObjectNode chunk = chunk();
        ObjectNode delta = delta(chunk);
        switch (event) {
            case TextWritten(int index, String text) -> delta.put("content", join.next(index, text));
            case MediaStarted(int index, Modality modality) -> part(delta, index, modality, "start");
            // No step is done, and of how many is not known before somebody is there.
            case MediaWaiting(int index, Modality modality) -> part(delta, index, modality, "progress")
                    .put("step", 0).put("steps", 0).put("waiting", true);
            case MediaProgress(int index, Modality modality, int step, int steps) ->
                part(delta, index, modality, "progress")
                        .put("step", step).put("steps", steps);
            case MediaPreview(int index, Modality modality, int number, String type, var file) ->
                part(delta, index, modality, "preview").put("preview", number).putObject(PartJson.type(modality))
                        .putPOJO("url", MediaText.dataUrl(type, file));
            case MediaDone(int index, Modality modality, var media) -> PartJson.writeMedia(modality, media,
                    part(delta, index, modality, "done"));
        }
        return chunk;
    }

    private static ObjectNode part(ObjectNode delta, int index, Modality modality, String event) {
        return delta.putArray("parts").addObject()
                .put("index", index)
                .put("type", PartJson.type(modality))
                .put("event", event);
    }

    private ObjectNode chunk() {
        ObjectNode chunk = answer.head("chat.completion.chunk");
        chunk.putArray("choices").addObject().put("index", 0).putNull("finish_reason").putNull("logprobs");
        if (includeUsage) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    private static ObjectNode delta(ObjectNode chunk) {
        return ((ObjectNode) chunk.path("choices").path(0)).putObject("delta");
    }
}
