// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import java.time.Duration;

/**
 * How an instance that is new, or back, comes to its full share of the work: in proportion to its time, over
 * {@code window}, from {@code minShare} on. What it makes lazily (kernels, caches, connections) is then made by a few
 * requests and not by all at once.
 */
public record SlowStart(Duration window, double minShare) {
    public SlowStart {
        if (window.isNegative()) {
            throw new IllegalArgumentException("stages.slowStart.window: %s (expected: >= 0)".formatted(window));
        }
        if (!(minShare > 0 && minShare <= 1)) {
            throw new IllegalArgumentException(
                    "stages.slowStart.minShare: %s (expected: above 0, up to 1)".formatted(minShare));
        }
    }

    /** From a tenth, over ten seconds. */
    public static SlowStart defaults() {
        return new SlowStart(Duration.ofSeconds(10), 0.1);
    }

    /** The share of its capacity that an instance is given after this time. */
    double share(long nanos) {
        return nanos >= window.toNanos() ? 1 : Math.max(minShare, (double) nanos / window.toNanos());
    }
}
