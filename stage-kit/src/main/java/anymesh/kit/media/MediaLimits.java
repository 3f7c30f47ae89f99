// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.time.Duration;

/**
 * What a file may claim to hold before it is refused unread.
 *
 * @param maxPixels of one frame
 * @param maxDuration of the whole sound or film
 */
public record MediaLimits(long maxPixels, Duration maxDuration) {

    public MediaLimits {
        if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "maxPixels: %d (expected: 1 to %d)".formatted(maxPixels, Integer.MAX_VALUE));
        }
        if (!maxDuration.isPositive()) {
            throw new IllegalArgumentException("maxDuration: %s (expected: > 0)".formatted(maxDuration));
        }
    }

    double maxSeconds() {
        return maxDuration.toMillis() / 1000.0;
    }
}
