// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.Answer;
import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Pictures as OpenAI streams them: what they may become while they are drawn, and each once when the answer is whole. There is
 * no {@code [DONE]}: a client knows the end by the last {@code completed}. Used on the request's event loop only.
 */
final class ImagesStream {
    private final EventStream stream;
    private final ImagesAnswer answer;
    private final AnswerStream events;
    /** Pictures by the index of their part. */
    private final Map<Integer, Integer> pictures = new HashMap<>();

    ImagesStream(EventStream stream, ImagesAnswer answer) {
        this.stream = stream;
        this.answer = answer;
        events = new AnswerStream(stream, this::shape, stream::sendTyped);
    }

    void accept(AnswerEvent event) {
        if (event instanceof MediaStarted started) {
            pictures.put(started.index(), pictures.size());
        } else if (event instanceof MediaPreview) {
            events.accept(event);
        }
    }

    void complete(Answer complete) {
        events.end(() -> {
            answer.completed(complete).forEach(stream::sendTyped);
            stream.end();
        });
    }

    private List<ObjectNode> shape(AnswerEvent event) {
        return event instanceof MediaPreview preview
                ? List.of(answer.partial(preview, pictures.getOrDefault(preview.index(), 0)))
                : List.of();
    }
}
