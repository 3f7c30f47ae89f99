// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import anymesh.backbone.bundle.SignalSpec;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which signals an answer may still write, and which it still owes. */
final class SignalPlan {
    private final List<SignalSpec> known;
    private final List<SignalSpec> allowed;
    private final Deque<SignalSpec> owed;
    private int runsLeft;

    /** @param known all signals of the bundle: their tokens are no text, allowed or not */
    SignalPlan(List<SignalSpec> known, MediaOptions options) {
        this.known = known;
        this.allowed = options.allowed();
        this.owed = new ArrayDeque<>(options.required());
        this.runsLeft = options.maxRuns();
    }

    /** The required run whose turn it is; null if the answer holds all of them. */
    @Nullable
    SignalSpec owed() {
        return owed.peek();
    }

    /** Tokens that the owed runs will take. */
    int owedTokens() {
        return owed.stream().mapToInt(SignalSpec::length).sum();
    }

    /** The signal that a token begins, if it does. */
    @Nullable
    SignalSpec begunBy(long token) {
        for (var signal : known) {
            if (signal.first() == token) {
                return signal;
            }
        }
        return null;
    }

    /** Notes that a run is complete; one that the model leaves half-written counts for nothing. */
    void wrote(SignalSpec signal) {
        runsLeft--;
        if (signal.equals(owed.peek())) {
            owed.remove();
        }
    }

    /**
     * Rules out signal tokens that may not come next. Of an open run only the next token may, and no other run can begin;
     * otherwise the first token of an allowed run that fits into the tokens left.
     *
     * @param free tokens that are neither written nor owed to required runs
     */
    void mask(float[] logits, int free, @Nullable SignalRun open) {
        for (var signal : known) {
            for (long token : signal.tokens()) {
                boolean may = open == null
                        ? token == signal.first() && mayBegin(signal, free)
                        : open.continuesWith(token);
                if (!may) {
                    logits[(int) token] = Float.NEGATIVE_INFINITY;
                }
            }
        }
    }

    private boolean mayBegin(SignalSpec signal, int free) {
        if (signal.equals(owed.peek())) {
            return true;
        }
        // A required run that is not next would come out of order; and runs that are owed keep their share of the limit.
        return allowed.contains(signal) && !owed.contains(signal) && signal.length() <= free && owed.size() < runsLeft;
    }
}
