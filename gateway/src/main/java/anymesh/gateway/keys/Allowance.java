// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * So much a minute, of which what isn't taken is saved up for one minute: a token bucket that may go into debt. Thread-safe.
 */
final class Allowance {
    private static final double NANOS = Duration.ofMinutes(1).toNanos();

    private final double perMinute;
    private final LongSupplier nanoTime;
    private double left;
    private long lastSeen;

    /** {@code nanoTime}: as {@link System#nanoTime}. */
    Allowance(double perMinute, LongSupplier nanoTime) {
        this.perMinute = perMinute;
        this.nanoTime = nanoTime;
        left = perMinute;
        lastSeen = nanoTime.getAsLong();
    }

    /** Takes what is taken, whether it is there or not. */
    synchronized void take(double taken) {
        refill();
        left -= taken;
    }

    /** What is left; negative while it is in debt. */
    synchronized double left() {
        refill();
        return left;
    }

    /** How long until so much is left; zero if it is. */
    synchronized Duration until(double wanted) {
        refill();
        return Duration.ofNanos((long) Math.max(0, Math.ceil((wanted - left) / perMinute * NANOS)));
    }

    private void refill() {
        long now = nanoTime.getAsLong();
        left = Math.min(perMinute, left + (now - lastSeen) / NANOS * perMinute);
        lastSeen = now;
    }
}
