// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import java.time.Duration;

/** A key has had what it may have for now. */
public final class RateLimited extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Duration retryAfter;

    RateLimited(String message, Duration retryAfter) {
        super(message, null, false, false);
        this.retryAfter = retryAfter;
    }

    /** When the same request would be let in, if its key asks for nothing else. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
