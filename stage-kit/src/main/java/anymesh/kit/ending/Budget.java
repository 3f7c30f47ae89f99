// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.ending;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The time in which a process, or a part of it, has to be gone. It is handed down instead of a time-out at each level, since
 * time-outs add up and a deadline does not: what is waited for one after the other takes no longer than what is waited for
 * side by side. Immutable; the time runs from the moment that it is made.
 */
public final class Budget {
    /** What is kept of a budget for those that are cut off: to be told, and to give back what they hold. */
    private static final Duration MOST_KEPT = Duration.ofSeconds(2);
    private static final int KEPT_SHARE = 10;

    private final long workEnds;
    private final long ends;

    private Budget(long workEnds, long ends) {
        this.workEnds = workEnds;
        this.ends = ends;
    }

    /** This much time from now on. */
    public static Budget of(Duration time) {
        long nanos = time.toNanos();
        long kept = Math.min(nanos / KEPT_SHARE, MOST_KEPT.toNanos());
        long now = System.nanoTime();
        return new Budget(now + nanos - kept, now + nanos);
    }

    /** The part of it that work under way may take: all but its last tenth, or its last two seconds if that is less. */
    public Budget forWork() {
        return new Budget(workEnds, workEnds);
    }

    /** What is left of it, but no more than this. */
    public Budget atMost(Duration time) {
        return of(time.compareTo(left()) < 0 ? time : left());
    }

    /** Never negative. */
    public Duration left() {
        return Duration.ofNanos(Math.max(0, ends - System.nanoTime()));
    }

    /** Does nothing for a while, or until there is no time left; an interrupt ends it and stays set. */
    public void pause(Duration time) {
        try {
            Thread.sleep(atMost(time).left());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits; false if it took too long or the thread was interrupted, which stays so. */
    public boolean await(CountDownLatch latch) {
        try {
            return latch.await(left().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits until a thread has ended; as {@link #await}. */
    public boolean awaitEnd(Thread thread) {
        try {
            return thread.join(left());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return !thread.isAlive();
        }
    }
}
