// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.pipeline.Attempted;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Finds the output of the incumbent that one of the candidate is held against. Each is taken once: a few that happened to be
 * quick would speak against the candidate again and again.
 */
final class Pairing {
    /** Enough for the steps in which the incumbent makes next to nothing any more. */
    private static final int KEPT = 1_000;

    private final Deque<Attempted> waiting = new ArrayDeque<>();

    /** One more of the incumbent's. */
    void add(Attempted attempted) {
        waiting.addLast(attempted);
        if (waiting.size() > KEPT) {
            waiting.removeFirst();
        }
    }

    /** The last one that was not taken yet; null if there is none. */
    @Nullable
    Attempted take() {
        return waiting.pollLast();
    }
}
