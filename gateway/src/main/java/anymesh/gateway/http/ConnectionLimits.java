// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.time.Duration;

/**
 * What one connection may take, so that no client keeps its place by being slow.
 *
 * @param headTimeout how long the head of a request may take from its first byte
 * @param idleTimeout how long a connection may be without a request
 * @param minRate bytes a second that a client must send of a body, and take of an answer, once it has been at it for the
 *         {@code bodyTimeout}
 * @param maxHeadBytes how long the request line may be, and all headers together
 */
public record ConnectionLimits(Duration headTimeout, Duration idleTimeout, int minRate, int maxHeadBytes) {
    private static final int SMALLEST_HEAD = 4 << 10;
    private static final int LARGEST_HEAD = 1 << 20;

    public ConnectionLimits {
        if (!headTimeout.isPositive() || !idleTimeout.isPositive()) {
            throw new IllegalArgumentException("http.connections: headTimeout %s, idleTimeout %s (expected: > 0)"
                    .formatted(headTimeout, idleTimeout));
        }
        if (minRate < 1) {
            throw new IllegalArgumentException("http.connections.minRate: %d (expected: > 0)".formatted(minRate));
        }
        if (maxHeadBytes < SMALLEST_HEAD || maxHeadBytes > LARGEST_HEAD) {
            throw new IllegalArgumentException("http.connections.maxHeadBytes: %d (expected: %d to %d)".formatted(
                    maxHeadBytes, SMALLEST_HEAD, LARGEST_HEAD));
        }
    }

    /** Twenty seconds for a head of 64 KiB, three minutes between requests, 4 KiB a second. */
    public static ConnectionLimits defaults() {
        return new ConnectionLimits(Duration.ofSeconds(20), Duration.ofMinutes(3), 4 << 10, 64 << 10);
    }
}
