// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The cores that this process may use, and how many of them its models are using. */
public final class Cores {
    /** All of them. */
    public static final int ALL = Runtime.getRuntime().availableProcessors();

    private static final AtomicInteger BUSY = new AtomicInteger();
    private static final AtomicLong BEGUN = new AtomicLong();

    private Cores() {}

    /** Does what keeps one of them busy. */
    public static void busy(Runnable work) {
        BUSY.incrementAndGet();
        BEGUN.incrementAndGet();
        try {
            work.run();
        } finally {
            BUSY.decrementAndGet();
        }
    }

    /** How often a model began to use one: if this stays, nobody has come meanwhile. */
    static long begun() {
        return BEGUN.get();
    }

    /** Whether there is one that no model uses. */
    static boolean isOneFree() {
        return BUSY.get() < ALL;
    }
}
