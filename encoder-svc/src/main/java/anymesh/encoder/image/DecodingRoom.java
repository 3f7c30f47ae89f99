// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.wire.call.CallContext;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * So many bytes and so many places for pictures that are being decoded. Whoever comes first is let in first, also if one that
 * needs less would fit before: so none waits for ever, and as a call asks for one picture after the other, calls take turns.
 */
final class DecodingRoom {
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiter> waiting = new ArrayDeque<>();
    private final long bytes;
    private long freeBytes;
    private int freePlaces;

    DecodingRoom(long bytes, int places) {
        this.bytes = bytes;
        this.freeBytes = bytes;
        this.freePlaces = places;
    }

    /** What is held until it is closed. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    private static final class Waiter {
        private final Condition changed;

        Waiter(Condition changed) {
            this.changed = changed;
        }
    }

    boolean everFits(long needed) {
        return needed <= bytes;
    }

    /** Waits for room; {@link CallContext#ended()} if the call ends first. */
    Held take(long needed, CallContext call) {
        if (!everFits(needed)) {
            throw new IllegalArgumentException("%d bytes (expected: at most %d)".formatted(needed, bytes));
        }
        lock.lock();
        var waiter = new Waiter(lock.newCondition());
        waiting.add(waiter);
        try (var _ = call.onCancel(() -> wake(waiter))) {
            while (waiting.peek() != waiter || freeBytes < needed || freePlaces == 0) {
                if (call.isDone() || !waiter.changed.await(call.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                    throw call.ended();
                }
            }
            if (call.isDone()) {
                throw call.ended();
            }
            freeBytes -= needed;
            freePlaces--;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        } finally {
            waiting.remove(waiter);
            wakeNext();
            lock.unlock();
        }
        return () -> give(needed);
    }

    int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void give(long taken) {
        lock.lock();
        try {
            freeBytes += taken;
            freePlaces++;
            wakeNext();
        } finally {
            lock.unlock();
        }
    }

    private void wakeNext() {
        var next = waiting.peek();
        if (next != null) {
            next.changed.signal();
        }
    }

    private void wake(Waiter waiter) {
        lock.lock();
        try {
            waiter.changed.signal();
        } finally {
            lock.unlock();
        }
    }
}
