// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.keys.Caller;
import anymesh.gateway.keys.Work;
import anymesh.gateway.pipeline.Answers;
import anymesh.gateway.pipeline.AnswerEvent;
import java.util.concurrent.atomic.AtomicLong;

/** What one request takes of what its caller may have. Media are counted as they are made: who leaves has had them made. */
final class Spending {
    private final Caller caller;
    private final AtomicLong total = new AtomicLong();

    Spending(Caller caller) {
        this.caller = caller;
    }

    Caller caller() {
        return caller;
    }

    long total() {
        return total.get();
    }

    void heard(AnswerEvent event) {
        if (event instanceof AnswerEvent.MediaDone done) {
            spend(Work.of(done.media()));
        }
    }

    void ended(Answers answers) {
        spend(answers.promptTokens() + answers.completionTokens());
    }

    /** So many tokens, or as much else. */
    void spend(long work) {
        total.addAndGet(work);
        caller.spent(work);
    }
}
