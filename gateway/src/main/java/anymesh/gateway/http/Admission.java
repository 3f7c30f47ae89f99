// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.wire.error.Overloaded;
import anymesh.wire.error.StageUnavailable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicBoolean;
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
        maxBytes = limits.maxBufferedBytes();
    }

    /** Lets a request in, or throws {@link Overloaded}, or {@link StageUnavailable} while draining. */
    Ticket enter() {
        if (concurrent.incrementAndGet() > maxConcurrent) {
            leave();
            throw new Overloaded("The server is handling as many requests as it can.");
        }
        if (draining) {
            leave();
            throw new StageUnavailable("The server is shutting down.");
        }
        return new Ticket();
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

    /** One request's share; closing it a second time does nothing. */
    final class Ticket implements AutoCloseable {
        private final AtomicLong held = new AtomicLong();
        private final AtomicBoolean closed = new AtomicBoolean();

        /** Takes room for more of the request's body, or throws {@link Overloaded}. */
        void hold(int more) {
            held.addAndGet(more);
            if (bytes.addAndGet(more) > maxBytes) {
                throw new Overloaded("The server is reading as many request bodies as it can.");
            }
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                bytes.addAndGet(-held.get());
                leave();
            }
        }
    }
}
