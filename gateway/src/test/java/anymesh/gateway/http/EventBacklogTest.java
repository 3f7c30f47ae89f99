// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.pipeline.AnswerEvent;
import anymesh.gateway.pipeline.AnswerEvent.MediaDone;
import anymesh.gateway.pipeline.AnswerEvent.MediaProgress;
import anymesh.gateway.pipeline.AnswerEvent.MediaStarted;
import anymesh.gateway.pipeline.AnswerEvent.MediaWaiting;
import anymesh.gateway.pipeline.AnswerEvent.TextWritten;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.Modality;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventBacklogTest {
    private static final GeneratedMedia PICTURE = GeneratedMedia.getDefaultInstance();

    private static List<AnswerEvent> left(AnswerEvent... events) {
        var backlog = new EventBacklog();
        List.of(events).forEach(backlog::add);
        var left = new ArrayList<AnswerEvent>();
        while (!backlog.isEmpty()) {
            left.add(backlog.next());
        }
        return left;
    }

    @Test
    void neighbouringTextsBecomeOne() {
        assertThat(left(new TextWritten(0, "a", List.of()), new TextWritten(0, "b", List.of()),
                new MediaStarted(1, Modality.IMAGE),
                new TextWritten(2, "c", List.of()), new TextWritten(2, "d", List.of())))
                .containsExactly(new TextWritten(0, "ab", List.of()), new MediaStarted(1, Modality.IMAGE),
                        new TextWritten(2, "cd", List.of()));
    }

    @Test
    void ofProgressOnlyTheLatestIsKept() {
        assertThat(left(new MediaStarted(0, Modality.IMAGE), new MediaProgress(0, Modality.IMAGE, 1, 9),
                new MediaStarted(1, Modality.IMAGE), new MediaProgress(1, Modality.IMAGE, 1, 9),
                new MediaProgress(0, Modality.IMAGE, 2, 9)))
                .containsExactly(new MediaStarted(0, Modality.IMAGE), new MediaStarted(1, Modality.IMAGE),
                        new MediaProgress(1, Modality.IMAGE, 1, 9), new MediaProgress(0, Modality.IMAGE, 2, 9));
    }

    @Test
    void whoeverHasBegunWaitsNoMore() {
        assertThat(left(new MediaStarted(0, Modality.IMAGE), new MediaWaiting(0, Modality.IMAGE),
                new MediaProgress(0, Modality.IMAGE, 1, 9)))
                .containsExactly(new MediaStarted(0, Modality.IMAGE), new MediaProgress(0, Modality.IMAGE, 1, 9));
    }

    @Test
    void whatIsDoneNeedsNoProgress() {
        assertThat(left(new MediaStarted(0, Modality.IMAGE), new MediaProgress(0, Modality.IMAGE, 8, 9),
                new MediaDone(0, Modality.IMAGE, PICTURE)))
                .containsExactly(new MediaStarted(0, Modality.IMAGE), new MediaDone(0, Modality.IMAGE, PICTURE));
    }
}
