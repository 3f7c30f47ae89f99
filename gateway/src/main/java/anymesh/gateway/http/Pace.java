// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * How slow a client may be with the bytes that it sends or takes: never still for longer than {@code patience}, and after
 * that time not slower than a rate on average. Used on one event loop only.
 */
final class Pace {
    private final long patience;
    private final int bytesPerSecond;
    private final long start = System.nanoTime();
    private long last = start;
    private long bytes;

    Pace(Duration patience, int bytesPerSecond) {
        this.patience = patience.toNanos();
        this.bytesPerSecond = bytesPerSecond;
    }

    void moved(long more) {
        bytes += more;
        last = System.nanoTime();
    }

    /** Milliseconds until the client is too slow if nothing more moves; zero or less if it is. */
    long millisLeft() {
        long earned = TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond;
        long now = System.nanoTime();
        return TimeUnit.NANOSECONDS.toMillis(Math.min(start + earned - now, last - now) + patience);
    }
}
