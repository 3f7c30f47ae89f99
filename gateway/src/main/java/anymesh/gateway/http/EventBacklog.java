// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a slow client has yet to be told, in order and as short as it can be: neighbouring texts become one, and of a
 * picture's progress only the latest is kept. So it holds no more than the answer itself, however slow the client.
 */
final class EventBacklog {
    private sealed interface Entry {
        /** A builder, because a client that stalls may have thousands of pieces of text waiting for it. */
        record Text(int index, StringBuilder text) implements Entry {}

        record Media(AnswerEvent event) implements Entry {
            boolean isProgressOf(int index) {
                return (event instanceof MediaProgress || event instanceof MediaWaiting) && event.index() == index;
            }
        }
    }

    private final Deque<Entry> entries = new ArrayDeque<>();

    void add(AnswerEvent event) {
        switch (event) {
            case TextWritten(int index, String text) -> {
                if (entries.peekLast() instanceof Entry.Text(int last, StringBuilder waiting) && last == index) {
                    waiting.append(text);
                } else {
                    entries.add(new Entry.Text(index, new StringBuilder(text)));
                }
            }
            case MediaStarted started -> entries.add(new Entry.Media(started));
            case MediaWaiting waiting -> replaceProgress(waiting);
            case MediaProgress progress -> replaceProgress(progress);
            case MediaDone done -> replaceProgress(done);
        }
    }

    private void replaceProgress(AnswerEvent event) {
        entries.removeIf(entry -> entry instanceof Entry.Media media && media.isProgressOf(event.index()));
        entries.add(new Entry.Media(event));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    AnswerEvent next() {
        return switch (entries.removeFirst()) {
            case Entry.Text(int index, StringBuilder text) -> new TextWritten(index, text.toString());
            case Entry.Media(AnswerEvent event) -> event;
        };
    }
}
