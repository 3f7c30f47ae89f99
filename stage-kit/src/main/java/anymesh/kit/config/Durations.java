// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.config;

import java.time.Duration;

/** What configurations ask of their times. */
public final class Durations {
    private Durations() {}

    /** {@link IllegalArgumentException} with the key for one that is not above 0. */
    public static void requirePositive(String key, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException("%s: %s (expected: > 0)".formatted(key, value));
        }
    }
}
