// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import org.jspecify.annotations.Nullable;

/**
 * What a key may have of one gateway; null for as much as there is.
 *
 * @param requestsAtOnce requests under way
 * @param requestsPerMinute requests, of which a minute's may come at once
 * @param workPerMinute work, as {@link Work} counts it. What a request takes is known when it is done, so that one more than
 *     fits is let in, and those after it wait until that is paid off.
 */
public record KeyLimits(@Nullable Integer requestsAtOnce, @Nullable Integer requestsPerMinute,
        @Nullable Long workPerMinute) {
    public KeyLimits {
        require("requestsAtOnce", requestsAtOnce);
        require("requestsPerMinute", requestsPerMinute);
        require("workPerMinute", workPerMinute);
    }

    private static void require(String name, @Nullable Number limit) {
        if (limit != null && limit.longValue() < 1) {
            throw new IllegalArgumentException("%s: %s (expected: > 0, or none)".formatted(name, limit));
        }
    }

    static KeyLimits none() {
        return new KeyLimits(null, null, null);
    }
}
