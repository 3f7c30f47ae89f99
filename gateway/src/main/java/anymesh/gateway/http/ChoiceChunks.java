// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.MediaForm;
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
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One choice of a streamed chat: the role, then text in {@code delta.content} and media in {@code delta.parts} as they come,
 * and the first sound in {@code delta.audio} too if audio was asked for, calls in {@code delta.tool_calls}, then the finish reason. A part's {@code index} is its
 * place in the whole answer, where each run of text between media is a part too.
 */
final class ChoiceChunks {
    static final String OBJECT = "chat.completion.chunk";

    private final ChatAnswer answer;
    private final int index;
    private final boolean includeUsage;
    private final TextJoin join = new TextJoin();
    private final @Nullable AudioStream audio;
    private boolean begun;
    private int calls;

    /** {@code includeUsage}: whether its chunks say that the usage comes later. */
    ChoiceChunks(ChatAnswer answer, int index, boolean includeUsage) {
        this.answer = answer;
        this.index = index;
        this.includeUsage = includeUsage;
        audio = answer.wantsAudio() ? new AudioStream(answer, index) : null;
    }

    List<ObjectNode> of(AnswerEvent event) {
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

    List<ObjectNode> end(Answer complete) {
        var chunks = new ArrayList<ObjectNode>();
        begin(chunks);
        ObjectNode end = chunk();
        delta(end);
        choice(end).put("finish_reason", AnswerJson.finishReason(complete));
        chunks.add(end);
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

    private ObjectNode chunk(AnswerEvent event) {
        ObjectNode chunk = chunk();
        ObjectNode delta = delta(chunk);
        switch (event) {
            case TextWritten(int part, String text, var logprobs) -> {
                delta.put("content", join.next(part, text));
                if (answer.wantsLogprobs()) {
                    choice(chunk).set("logprobs", LogprobsJson.ofChoice(logprobs));
                }
            }
            case CallStarted(_, String id, String name) -> {
                calls++;
                PartJson.write(new AnswerPart.Call(id, name, ""), call(delta));
            }
            case CallWritten(_, String arguments) ->
                call(delta).putObject("function").put("arguments", arguments);
            case MediaStarted(int part, Modality modality) -> part(delta, part, modality, "start");
            // No step is done, and of how many is not known before somebody is there.
            case MediaWaiting(int part, Modality modality) -> part(delta, part, modality, "progress")
                    .put("step", 0).put("steps", 0).put("waiting", true);
            case MediaProgress(int part, Modality modality, int step, int steps) ->
                part(delta, part, modality, "progress")
                        .put("step", step).put("steps", steps);
            case MediaPreview(int part, Modality modality, int number, String type, var file) ->
                part(delta, part, modality, "preview").put("preview", number)
                        .putObject(MediaForm.of(modality).partType())
                        .putPOJO("url", MediaText.dataUrl(type, file));
            case MediaDone(int part, Modality modality, var media) -> PartJson.writeMedia(modality, media,
                    part(delta, part, modality, "done"));
        }
        return chunk;
    }

    /** A piece of the call that was begun last. */
    private ObjectNode call(ObjectNode delta) {
        return delta.putArray("tool_calls").addObject().put("index", calls - 1);
    }

    private static ObjectNode part(ObjectNode delta, int part, Modality modality, String event) {
        return delta.putArray("parts").addObject()
                .put("index", part)
                .put("type", MediaForm.of(modality).partType())
                .put("event", event);
    }

    private ObjectNode chunk() {
        ObjectNode chunk = answer.head(OBJECT);
        chunk.putArray("choices").addObject().put("index", index).putNull("finish_reason").putNull("logprobs");
        if (includeUsage) {
            chunk.putNull("usage");
        }
        return chunk;
    }

    private static ObjectNode choice(ObjectNode chunk) {
        return (ObjectNode) chunk.path("choices").path(0);
    }

    private static ObjectNode delta(ObjectNode chunk) {
        return choice(chunk).putObject("delta");
    }
}
