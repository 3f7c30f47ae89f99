// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.WireLimits;
import java.time.Duration;

/**
 * What the gateway takes on at once, so that its memory is bounded whatever clients send.
 *
 * @param maxBodyBytes the largest request body
 * @param maxBufferedBytes the bodies of all requests under way, together
 * @param maxConcurrent the requests under way
 * @param maxMedia the pictures, sounds and videos that one request may bring
 * @param bodyTimeout how long a client may pause in the middle of its body
 */
public record HttpLimits(int maxBodyBytes, long maxBufferedBytes, int maxConcurrent, int maxMedia,
        Duration bodyTimeout) {
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

    /** Bodies up to 48 MiB, 512 MiB of them at once. */
    public static HttpLimits defaults() {
        return new HttpLimits(48 << 20, 512L << 20, 512, 32, Duration.ofSeconds(30));
    }
}
