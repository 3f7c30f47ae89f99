// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What chance decides about one request. Each of its choices has a lot of its own, so that the shares of one route say
 * nothing about those of another; the same draw gives the same lots.
 *
 * @param key of whoever asks, for routes that are sticky; null if the request names nobody
 */
public record Draw(long seed, @Nullable String key) {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** Of a request that names nobody. */
    public Draw(long seed) {
        this(seed, null);
    }

    /** For a request that is like no other. */
    public static Draw anew(@Nullable String key) {
        return new Draw(ThreadLocalRandom.current().nextLong(), key);
    }

    /** A number from 0 to below 1, equally likely anywhere. */
    public double lot(String choice) {
        return lot(seed, choice);
    }

    /** The same for all requests of one key. */
    double stickyLot(String choice) {
        return lot(key == null ? seed : key.hashCode() * GOLDEN, choice);
    }

    private static double lot(long seed, String choice) {
        return new SplittableRandom(seed ^ (GOLDEN * (choice.hashCode() + 1L))).nextDouble();
    }
}
