// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import java.util.concurrent.atomic.LongAdder;

/** How drafts fared, all answers together. Written by the worker, read by any thread. */
public final class DraftCounts {
    private final LongAdder runs = new LongAdder();
    private final LongAdder drafted = new LongAdder();
    private final LongAdder accepted = new LongAdder();

    void ran(int newlyDrafted, int newlyAccepted) {
        runs.increment();
        drafted.add(newlyDrafted);
        accepted.add(newlyAccepted);
    }

    /** Runs of the model for answers that may be drafted, each of which wrote a token and what was accepted. */
    public long runs() {
        return runs.sum();
    }

    /** Tokens that the draft model guessed. */
    public long drafted() {
        return drafted.sum();
    }

    /** Those of them that the answers wrote. */
    public long accepted() {
        return accepted.sum();
    }
}
