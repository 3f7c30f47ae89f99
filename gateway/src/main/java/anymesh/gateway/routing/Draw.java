// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.routing;

import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What chance decides about one request. Each of its choices has a lot of its own, so that the shares of one route say
 * nothing about those of another; the same draw gives the same lots.
 */
public record Draw(long seed) {
    /** For a request that is like no other. */
    public static Draw anew() {
        return new Draw(ThreadLocalRandom.current().nextLong());
    }

    /** A number from 0 to below 1, equally likely anywhere. */
    double lot(String choice) {
        return new SplittableRandom(seed ^ (0x9E3779B97F4A7C15L * (choice.hashCode() + 1L))).nextDouble();
    }
}
