// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.answer.Answer;
import anymesh.backbone.answer.AnswerEnd;
import anymesh.backbone.answer.Next;
import anymesh.backbone.prompt.Prompt;
import anymesh.kit.batch.Job;
import anymesh.wire.call.CallContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** One answer in the decode loop. Its text and signals leave through the answer's sink; the result is how it ended. */
public final class GenerateJob extends Job<AnswerEnd> {
    private final Prompt prompt;
    private final Answer answer;
    private final int maxDrafted;
    private final Sequence sequence = new Sequence();
    private final Draft draft = new Draft();
    private final List<Long> written = new ArrayList<>();
    private @Nullable Next next;
    private volatile int reused;
    private long @Nullable [] signature;

    /** {@code maxDrafted}: how many tokens the answer may have, if its tokens may be drafted; else 0. */
    public GenerateJob(CallContext call, Prompt prompt, Answer answer, int maxDrafted) {
        super(call);
        this.prompt = prompt;
        this.answer = answer;
        this.maxDrafted = maxDrafted;
    }

    Prompt prompt() {
        return prompt;
    }

    /** {@link Prompt#signature}, computed when it is first asked for; the worker's. */
    long[] signature() {
        if (signature == null) {
            signature = prompt.signature();
        }
        return signature;
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
        switch (decided) {
            case Next.Token(var token) -> written.add(token);
            case Next.Run(var signal) -> written.addAll(signal.tokens());
            case Next.End _ -> {
            }
        }
    }

    /** So many positions of its prompt were known. */
    void reused(int positions) {
        reused = positions;
    }

    /** How many positions of its prompt were not read, as they were known. */
    public int reused() {
        return reused;
    }

    int maxDrafted() {
        return maxDrafted;
    }

    Draft draft() {
        return draft;
    }

    /** Tokens that it has written, up to what is fed next. */
    int written() {
        return written.size();
    }

    /** The ids of prompt and answer, up to what is fed next; only of a prompt without media. */
    long[] text() {
        return LongStream.concat(Arrays.stream(prompt.ids()), written.stream().mapToLong(Long::longValue)).toArray();
    }
}
