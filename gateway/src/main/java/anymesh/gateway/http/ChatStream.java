// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.Answers;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * A chat's choices as {@code chat.completion.chunk} events, side by side as they come; when all are whole, the finish reason of
 * each, the usage if it was asked for, and {@code [DONE]}. Used on the request's event loop only.
 */
final class ChatStream {
    private final EventStream stream;
    private final AnswerStream events;
    private final ChatAnswer answer;
    private final List<ChoiceChunks> choices;
    private final boolean includeUsage;

    ChatStream(EventStream stream, ChatAnswer answer, int n, boolean includeUsage) {
        this.stream = stream;
        this.answer = answer;
        this.includeUsage = includeUsage;
        choices = IntStream.range(0, n).mapToObj(i -> new ChoiceChunks(answer, i, includeUsage)).toList();
        events = new AnswerStream(stream,
                choices.stream().<Function<AnswerEvent, List<ObjectNode>>>map(choice -> choice::of).toList(),
                stream::send);
    }

    void accept(int choice, AnswerEvent event) {
        events.accept(choice, event);
    }

    /** The rest of the answers, once all events before it have been taken. */
    void complete(Answers complete) {
        events.end(() -> finish(complete));
    }

    private void finish(Answers complete) {
        var chunks = new ArrayList<ObjectNode>();
        for (int i = 0; i < choices.size(); i++) {
            chunks.addAll(choices.get(i).end(complete.choices().get(i)));
        }
        chunks.getLast().set("anymesh", AnswerJson.route(complete.stages()));
        if (includeUsage) {
            ObjectNode usage = answer.head(ChoiceChunks.OBJECT);
            usage.putArray("choices");
            usage.set("usage", AnswerJson.chatUsage(complete));
            chunks.add(usage);
        }
        chunks.forEach(stream::send);
        stream.done();
    }
}
