// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** What the same work took of late, where others disturb it. Not thread-safe. */
public final class RecentTimes {
    private static final int KEPT = 8;
    /** The first pays for memory and compilation. */
    private static final int ENOUGH = 2;
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final LongSupplier nanoTime;
    private final double[] nanos = new double[KEPT];
    private int count;
    private long last;

    public RecentTimes(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public void add(double took) {
        nanos[count % KEPT] = took;
        count++;
        last = nanoTime.getAsLong();
    }

    /** Begins anew. */
    public void forget() {
        count = 0;
    }

    /** Whether there are enough to be compared with others. */
    public boolean isKnown() {
        return count >= ENOUGH;
    }

    /** Whether the last is so long ago that the machine may be another one by now. */
    public boolean isStale() {
        return nanoTime.getAsLong() - last > STALE_NANOS;
    }

    /** What disturbs work only makes it longer, so the lower quartile tells what it takes. */
    public double typical() {
        var sorted = Arrays.copyOf(nanos, Math.min(count, KEPT));
        Arrays.sort(sorted);
        return sorted[sorted.length / 4];
    }
}
