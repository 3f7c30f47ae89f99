// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.WireLimits;
import java.time.Duration;

/**
 * What the gateway takes on at once, so that its memory is bounded whatever clients send.
 *
 * @param maxBodyBytes the largest request body, before and after it was unpacked
 * @param maxBufferedBytes what all requests under way hold together: bodies, what was read from them, its copies on the
 *         way to stages, and answers; never more than half of the JVM's heap
 * @param maxConcurrent the requests under way
 * @param maxMedia the pictures, sounds and videos that one request may bring
 * @param bodyTimeout how long a client may pause in the middle of its body, and of an answer
 */
public record HttpLimits(int maxBodyBytes, long maxBufferedBytes, int maxConcurrent, int maxMedia,
        Duration bodyTimeout, ConnectionLimits connections) {
    public HttpLimits {
        // All media of a modality travel in one message to the encoder; base64 leaves a quarter of the body as reserve.
        if (maxBodyBytes < 1 || maxBodyBytes > WireLimits.MAX_MESSAGE_BYTES) {
            throw new IllegalArgumentException("http.maxBodyBytes: %d (expected: 1 to %d)".formatted(maxBodyBytes,
                    WireLimits.MAX_MESSAGE_BYTES));
        }
        if (maxBufferedBytes < maxBodyBytes) {
            throw new IllegalArgumentException("http.maxBufferedBytes: %d (expected: at least maxBodyBytes, %d)"
                    .formatted(maxBufferedBytes, maxBodyBytes));
        }
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("http.maxConcurrent: %d (expected: > 0)".formatted(maxConcurrent));
        }
        if (maxMedia < 0 || maxMedia > WireLimits.MAX_ROWS) {
            throw new IllegalArgumentException("http.maxMedia: %d (expected: 0 to %d)".formatted(maxMedia,
                    WireLimits.MAX_ROWS));
        }
        if (!bodyTimeout.isPositive()) {
            throw new IllegalArgumentException("http.bodyTimeout: %s (expected: > 0)".formatted(bodyTimeout));
        }
    }

    /** Bodies up to 48 MiB, 512 MiB held at once. */
    public static HttpLimits defaults() {
        return new HttpLimits(48 << 20, 512L << 20, 512, 32, Duration.ofSeconds(30), ConnectionLimits.defaults());
    }

    /** What may be held in a heap that can grow to so many bytes. */
    long bufferedBytes(long heap) {
        return Math.min(maxBufferedBytes, heap / 2);
    }

    /** The pace of a client that begins to send or to take something. */
    Pace pace() {
        return new Pace(bodyTimeout, connections.minRate());
    }
}
