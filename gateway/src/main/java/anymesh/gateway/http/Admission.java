// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.body.Room;
import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageUnavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what is under way, refuses what is too much, and knows when all is done. Thread-safe. */
final class Admission {
    private final int maxConcurrent;
    private final long maxBytes;
    private final AtomicInteger concurrent = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final Promise<Void> drained = Promise.promise();
    private volatile boolean draining;

    Admission(HttpLimits limits) {
        maxConcurrent = limits.maxConcurrent();
        maxBytes = limits.bufferedBytes(Runtime.getRuntime().maxMemory());
    }

    /** Lets a request in, or throws {@link Overloaded}, or {@link StageUnavailable} while draining. {@code onLeave} runs when it has left. */
    Ticket enter(Runnable onLeave) {
        if (concurrent.incrementAndGet() > maxConcurrent) {
            leave();
            throw new Overloaded("The server is handling as many requests as it can.");
        }
        if (draining) {
            leave();
            throw new StageUnavailable("The server is shutting down.");
        }
        return new Ticket(onLeave);
    }

    private void leave() {
        if (concurrent.decrementAndGet() == 0 && draining) {
            drained.tryComplete();
        }
    }

    /** Lets nobody in any more; completes when the last one has left. */
    Future<Void> drain() {
        draining = true;
        if (concurrent.get() == 0) {
            drained.tryComplete();
        }
        return drained.future();
    }

    int concurrent() {
        return concurrent.get();
    }

    /** What all requests under way hold. */
    long heldBytes() {
        return bytes.get();
    }

    /** One request's share; closing it a second time does nothing, nor does what comes late change the count. */
    final class Ticket implements Room, AutoCloseable {
        private final Runnable onLeave;
        private final Object lock = new Object();
        private long held;
        private boolean closed;

        private Ticket(Runnable onLeave) {
            this.onLeave = onLeave;
        }

        /** Throws {@link Overloaded} where others hold the room, {@link HttpRefusal} where there would be none at all. */
        @Override
        public void hold(long more) {
            long own = count(more);
            if (own > maxBytes) {
                throw new HttpRefusal(413, "The request needs " + own + " bytes of memory to be read; the server has "
                        + maxBytes + " for all.");
            }
            if (bytes.get() > maxBytes) {
                throw new Overloaded("The server is reading as many request bodies as it can.");
            }
        }

        /**
         * For what is there already, such as an answer: it leaves less for others, but is not refused. Returns what the
         * request holds.
         */
        long count(long more) {
            synchronized (lock) {
                if (!closed) {
                    held += more;
                    bytes.addAndGet(more);
                }
                return held;
            }
        }

        @Override
        public void release(long less) {
            count(-less);
        }

        @Override
        public void close() {
            synchronized (lock) {
                if (closed) {
                    return;
                }
                closed = true;
                bytes.addAndGet(-held);
            }
            onLeave.run();
            leave();
        }
    }
}
