// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.answer.Answer;
import anymesh.backbone.answer.AnswerEnd;
import anymesh.backbone.answer.Next;
import anymesh.backbone.prompt.Prompt;
import anymesh.kit.batch.Job;
import anymesh.wire.call.CallContext;
import org.jspecify.annotations.Nullable;

/** One answer in the decode loop. Its text and signals leave through the answer's sink; the result is how it ended. */
public final class GenerateJob extends Job<AnswerEnd> {
    private final Prompt prompt;
    private final Answer answer;
    private final Sequence sequence = new Sequence();
    private @Nullable Next next;

    public GenerateJob(CallContext call, Prompt prompt, Answer answer) {
        super(call);
        this.prompt = prompt;
        this.answer = answer;
    }

    Prompt prompt() {
        return prompt;
    }

    Answer answer() {
        return answer;
    }

    Sequence sequence() {
        return sequence;
    }

    /** What to feed next; null before the prompt was. */
    @Nullable
    Next next() {
        return next;
    }

    void next(Next decided) {
        next = decided;
    }
}
