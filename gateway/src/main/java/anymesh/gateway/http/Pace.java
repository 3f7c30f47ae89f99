// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.call.Registration;
import io.vertx.core.Vertx;
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

    /** Runs {@code tooSlow} once the client is too slow, on the context that this is called on, unless closed before. */
    Registration watch(Vertx vertx, Runnable tooSlow) {
        var watch = new Watch(vertx, tooSlow);
        watch.goOn();
        return watch;
    }

    private final class Watch implements Registration {
        private final Vertx vertx;
        private final Runnable tooSlow;
        private long timer;

        Watch(Vertx vertx, Runnable tooSlow) {
            this.vertx = vertx;
            this.tooSlow = tooSlow;
        }

        void goOn() {
            timer = vertx.setTimer(Math.max(1, millisLeft() + 1), _ -> {
                if (millisLeft() > 0) {
                    goOn();
                } else {
                    tooSlow.run();
                }
            });
        }

        @Override
        public void close() {
            vertx.cancelTimer(timer);
        }
    }
}
