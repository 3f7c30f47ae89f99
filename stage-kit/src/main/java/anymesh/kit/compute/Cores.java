// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import java.util.concurrent.atomic.AtomicInteger;

/** The cores that this process may use, and how many of them its models are using. */
public final class Cores {
    /** All of them. */
    public static final int ALL = Runtime.getRuntime().availableProcessors();

    private static final AtomicInteger BUSY = new AtomicInteger();

    private Cores() {}

    /** Does what keeps one of them busy. */
    public static void busy(Runnable work) {
        BUSY.incrementAndGet();
        try {
            work.run();
        } finally {
            BUSY.decrementAndGet();
        }
    }

    /** Whether there is one that no model uses. */
    static boolean isOneFree() {
        return BUSY.get() < ALL;
    }
}
