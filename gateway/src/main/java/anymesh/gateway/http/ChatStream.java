// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.v1.Modality;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A chat answer as {@code chat.completion.chunk} events: the role, then text in {@code delta.content} and media in
 * {@code delta.parts} as they come, and the first sound in {@code delta.audio} too if audio was asked for, then the finish
 * reason, the usage if it was asked for, and {@code [DONE]}. A part's {@code index} is its place in the whole answer, where
 * each run of text between media is a part too. Used on the request's event loop only.
 */
final class ChatStream {
    private final EventStream stream;
    private final ChatAnswer answer;
    private final boolean includeUsage;
    private final EventBacklog backlog = new EventBacklog();
    private final TextJoin join = new TextJoin();
    private final @Nullable AudioStream audio;
    /** Of a sound's event that has been sent: what it has to say in {@code delta.audio}, piece by piece as the client takes it. */
    private final Deque<ObjectNode> sound = new ArrayDeque<>();
    private @Nullable Runnable last;
    private boolean begun;

    ChatStream(EventStream stream, ChatAnswer answer, boolean includeUsage) {
        this.stream = stream;
        this.answer = answer;
        this.includeUsage = includeUsage;
        audio = answer.wantsAudio() ? new AudioStream(answer) : null;
    }

    void accept(AnswerEvent event) {
        backlog.add(event);
        flush();
    }

    /** The rest of the answer, once all events before it have been taken. */
    void complete(Answer complete) {
        last = () -> finish(complete);
        flush();
    }

    /** Something went wrong after the stream had begun: a truncated answer must not look like a whole one. */
    void fail(ApiError error) {
        last = () -> stream.fail(error);
        flush();
    }

    private void flush() {
        while (!sound.isEmpty() || !backlog.isEmpty()) {
            if (!stream.isReady(this::flush)) {
                return;
            }
            begin();
            if (sound.isEmpty()) {
                send(backlog.next());
            } else {
                ObjectNode chunk = chunk();
                delta(chunk).set("audio", sound.remove());
                stream.send(chunk);
            }
        }
        if (last != null) {
            Runnable ending = last;
            last = null;
            ending.run();
        }
    }

    private void send(AnswerEvent event) {
        stream.send(chunk(event));
        if (audio != null) {
            sound.addAll(audio.deltas(event));
        }
    }

    private void begin() {
        if (!begun) {
            begun = true;
            ObjectNode chunk = chunk();
            delta(chunk).put("role", "assistant").put("content", "");
            stream.send(chunk);
        }
    }

    private void finish(Answer complete) {
        begin();
        ObjectNode end = chunk();
        delta(end);
        ((ObjectNode) end.path("choices").path(0)).put("finish_reason", AnswerJson.finishReason(complete));
        end.set("anymesh", AnswerJson.route(complete));
        stream.send(end);
        if (includeUsage) {
            ObjectNode usage = answer.head("chat.completion.chunk");
            usage.putArray("choices");
            usage.set("usage", AnswerJson.chatUsage(complete));
            stream.send(usage);
        }
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
