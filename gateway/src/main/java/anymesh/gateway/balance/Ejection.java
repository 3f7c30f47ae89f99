// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.balance;

import java.time.Duration;

/**
 * When an instance that fails gets no more work for a while, as Envoy's outlier detection does it.
 *
 * @param failures how many in a row
 * @param base the first time out; each further one is twice as long
 * @param max the longest time out
 * @param panicShare if fewer than this share of a version's instances are left, the failing ones are taken again too:
 *        work that may fail is better than work that buries the few
 */
public record Ejection(int failures, Duration base, Duration max, double panicShare) {
    public Ejection {
        if (failures < 1) {
            throw new IllegalArgumentException("stages.ejection.failures: %d (expected: > 0)".formatted(failures));
        }
        if (!base.isPositive() || max.compareTo(base) < 0) {
            throw new IllegalArgumentException(
                    "stages.ejection.base: %s, max: %s (expected: 0 < base <= max)".formatted(base, max));
        }
        if (!(panicShare >= 0 && panicShare <= 1)) {
            throw new IllegalArgumentException(
                    "stages.ejection.panicShare: %s (expected: 0 to 1)".formatted(panicShare));
        }
    }

    /** After three failures in a row, for 5 seconds to 2 minutes, while 30 % are left. */
    public static Ejection defaults() {
        return new Ejection(3, Duration.ofSeconds(5), Duration.ofMinutes(2), 0.3);
    }

    /** How long the n-th time out lasts, counted from 1. */
    Duration period(int number) {
        int doublings = Math.min(number - 1, 30);
        var grown = base.multipliedBy(1L << doublings);
        return grown.compareTo(max) < 0 ? grown : max;
    }
}
