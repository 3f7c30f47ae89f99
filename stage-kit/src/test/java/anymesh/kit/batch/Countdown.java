// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import anymesh.wire.call.CallContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Ends after so many steps with their number. */
final class Countdown extends Job<Integer> {
    final int goal;
    int weight = 1;
    final AtomicInteger steps = new AtomicInteger();
    final AtomicInteger left = new AtomicInteger();
    final List<Integer> discarded = new ArrayList<>();
    volatile boolean discardFails;

    Countdown(int goal, CallContext call) {
        super(call);
        this.goal = goal;
    }

    /** With a minute for it. */
    Countdown(int goal) {
        this(goal, CallContext.start("test", null, Duration.ofMinutes(1)));
    }

    @Override
    public int weight() {
        return weight;
    }

    @Override
    protected void discard(Integer value) {
        discarded.add(value);
        if (discardFails) {
            throw new OutOfMemoryError("Java heap space");
        }
    }
}
