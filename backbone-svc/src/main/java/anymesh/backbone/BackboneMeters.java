// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone;

import anymesh.backbone.answer.AnswerEnd;
import anymesh.backbone.decode.DraftCounts;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** What the backbone counts beside what every stage does: tokens read, written and drafted, and the time to the first event. */
final class BackboneMeters {
    private final Counter promptTokens;
    private final Counter completionTokens;
    private final Timer firstEvent;

    BackboneMeters(MeterRegistry meters, DraftCounts drafts) {
        this.promptTokens = Counter.builder("anymesh.backbone.tokens").tag("kind", "prompt").register(meters);
        this.completionTokens = Counter.builder("anymesh.backbone.tokens").tag("kind", "completion").register(meters);
        FunctionCounter.builder("anymesh.backbone.draft.tokens", drafts, DraftCounts::drafted).tag("kind", "drafted")
                .description("tokens that the draft model guessed, and those of them that were written")
                .register(meters);
        FunctionCounter.builder("anymesh.backbone.draft.tokens", drafts, DraftCounts::accepted).tag("kind", "accepted")
                .register(meters);
        this.firstEvent = Timer.builder("anymesh.backbone.first.event")
                .description("from a request's arrival to its first text or signal").register(meters);
    }

    void answered(int prompt, AnswerEnd end) {
        promptTokens.increment(prompt);
        completionTokens.increment(end.tokens());
    }

    void firstEvent(Duration after) {
        firstEvent.record(after);
    }
}
