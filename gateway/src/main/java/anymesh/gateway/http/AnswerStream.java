// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.AnswerEvent;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The events of an answer on their way to a client, in order, no faster than it takes them and no more of them than it needs
 * ({@link EventBacklog}). Used on the request's event loop only.
 */
final class AnswerStream {
    private final EventStream stream;
    private final Function<AnswerEvent, List<ObjectNode>> shape;
    private final Consumer<ObjectNode> send;
    private final EventBacklog backlog = new EventBacklog();
    /** Of an event whose turn has come: what it has to say, piece by piece as the client takes it. */
    private final Deque<ObjectNode> pieces = new ArrayDeque<>();
    private @Nullable Runnable last;

    /**
     * @param shape what an event is on the wire, in pieces; nothing where the client is not told of it
     * @param send how a piece is sent
     */
    AnswerStream(EventStream stream, Function<AnswerEvent, List<ObjectNode>> shape, Consumer<ObjectNode> send) {
        this.stream = stream;
        this.shape = shape;
        this.send = send;
        // Something went wrong after the stream had begun: a truncated answer must not look like a whole one.
        stream.failBy(error -> end(() -> stream.fail(error)));
    }

    void accept(AnswerEvent event) {
        backlog.add(event);
        flush();
    }

    /** What is done once all events before it have been taken. */
    void end(Runnable ending) {
        last = ending;
        flush();
    }

    private void flush() {
        while (!pieces.isEmpty() || !backlog.isEmpty()) {
            if (!stream.isReady(this::flush)) {
                return;
            }
            if (pieces.isEmpty()) {
                pieces.addAll(shape.apply(backlog.next()));
            } else {
                send.accept(pieces.remove());
            }
        }
        if (last != null) {
            Runnable ending = last;
            last = null;
            ending.run();
        }
    }
}
