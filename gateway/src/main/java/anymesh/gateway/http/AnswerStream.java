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
    private final List<Function<AnswerEvent, List<ObjectNode>>> shapes;
    private final Consumer<ObjectNode> send;
    /** One for each answer, from which the next event is taken in turn. */
    private final List<EventBacklog> backlogs;
    private int turn;
    /** Of an event whose turn has come: what it has to say, piece by piece as the client takes it. */
    private final Deque<ObjectNode> pieces = new ArrayDeque<>();
    private @Nullable Runnable last;

    /** Of one answer; see below. */
    AnswerStream(EventStream stream, Function<AnswerEvent, List<ObjectNode>> shape, Consumer<ObjectNode> send) {
        this(stream, List.of(shape), send);
    }

    /**
     * Of several answers side by side.
     *
     * @param shapes of each answer what an event is on the wire, in pieces; nothing where the client is not told of it
     * @param send how a piece is sent
     */
    AnswerStream(EventStream stream, List<Function<AnswerEvent, List<ObjectNode>>> shapes, Consumer<ObjectNode> send) {
        this.stream = stream;
        this.shapes = List.copyOf(shapes);
        this.send = send;
        backlogs = shapes.stream().map(_ -> new EventBacklog()).toList();
        // Something went wrong after the stream had begun: a truncated answer must not look like a whole one.
        stream.failBy(error -> end(() -> stream.fail(error)));
    }

    void accept(AnswerEvent event) {
        accept(0, event);
    }

    void accept(int choice, AnswerEvent event) {
        backlogs.get(choice).add(event);
        flush();
    }

    /** What is done once all events before it have been taken. */
    void end(Runnable ending) {
        last = ending;
        flush();
    }

    private void flush() {
        while (!pieces.isEmpty() || !backlogs.stream().allMatch(EventBacklog::isEmpty)) {
            if (!stream.isReady(this::flush)) {
                return;
            }
            if (pieces.isEmpty()) {
                next();
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

    private void next() {
        do {
            turn = (turn + 1) % backlogs.size();
        } while (backlogs.get(turn).isEmpty());
        pieces.addAll(shapes.get(turn).apply(backlogs.get(turn).next()));
    }
}
