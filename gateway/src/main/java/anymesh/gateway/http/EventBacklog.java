// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.CallStarted;
import anymesh.gateway.pipeline.AnswerEvent.CallWritten;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaPreview;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.v1.TokenLogprob;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * What a slow client has yet to be told, in order and as short as it can be: neighbouring texts and arguments become one, and of a
 * picture's progress and previews only the latest are kept. So it holds no more than the answer itself, however slow the client.
 */
final class EventBacklog {
    private sealed interface Entry {
        /** A builder, because a client that stalls may have thousands of pieces of text waiting for it. */
        record Text(int index, StringBuilder text, List<TokenLogprob> logprobs) implements Entry {}

        record Arguments(int index, StringBuilder arguments) implements Entry {}

        record Event(AnswerEvent event) implements Entry {
            boolean isProgressOf(int index) {
                return (event instanceof MediaProgress || event instanceof MediaWaiting) && event.index() == index;
            }

            boolean isPreviewOf(int index) {
                return event instanceof MediaPreview && event.index() == index;
            }
        }
    }

    private final Deque<Entry> entries = new ArrayDeque<>();

    void add(AnswerEvent event) {
        switch (event) {
            case TextWritten(int index, String text, List<TokenLogprob> logprobs) -> {
                if (entries.peekLast() instanceof Entry.Text(int last, StringBuilder waiting, var likely)
                        && last == index) {
                    waiting.append(text);
                    likely.addAll(logprobs);
                } else {
                    entries.add(new Entry.Text(index, new StringBuilder(text), new ArrayList<>(logprobs)));
                }
            }
            case CallStarted started -> entries.add(new Entry.Event(started));
            case CallWritten(int index, String arguments) -> {
                if (entries.peekLast() instanceof Entry.Arguments(int last, StringBuilder waiting) && last == index) {
                    waiting.append(arguments);
                } else {
                    entries.add(new Entry.Arguments(index, new StringBuilder(arguments)));
                }
            }
            case MediaStarted started -> entries.add(new Entry.Event(started));
            case MediaWaiting waiting -> replaceProgress(waiting);
            case MediaProgress progress -> replaceProgress(progress);
            case MediaPreview preview -> {
                dropPreviews(preview.index());
                entries.add(new Entry.Event(preview));
            }
            case MediaDone done -> {
                dropPreviews(done.index());
                replaceProgress(done);
            }
        }
    }

    private void dropPreviews(int index) {
        entries.removeIf(entry -> entry instanceof Entry.Event media && media.isPreviewOf(index));
    }

    private void replaceProgress(AnswerEvent event) {
        entries.removeIf(entry -> entry instanceof Entry.Event media && media.isProgressOf(event.index()));
        entries.add(new Entry.Event(event));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    AnswerEvent next() {
        return switch (entries.removeFirst()) {
            case Entry.Text(int index, StringBuilder text, var logprobs) ->
                new TextWritten(index, text.toString(), logprobs);
            case Entry.Arguments(int index, StringBuilder arguments) -> new CallWritten(index, arguments.toString());
            case Entry.Event(AnswerEvent event) -> event;
        };
    }
}
