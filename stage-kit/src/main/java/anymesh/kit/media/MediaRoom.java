// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * So many places, and so many bytes, for media that are being read or written. Whoever comes first is let in first, also if one
 * that needs less would fit before: so none waits for ever, and as a call asks for one picture after the other, calls take turns.
 * Thread-safe.
 */
public final class MediaRoom {
    private final ReentrantLock lock = new ReentrantLock();
    /** Each is signalled when its turn may have come. */
    private final Deque<Condition> waiting = new ArrayDeque<>();
    private final long bytes;
    private long freeBytes;
    private int freePlaces;

    public MediaRoom(long bytes, int places) {
        this.bytes = bytes;
        this.freeBytes = bytes;
        this.freePlaces = places;
    }

    /** One where only places are counted. */
    static MediaRoom ofPlaces(int places) {
        return new MediaRoom(0, places);
    }

    /** What is held until it is closed. */
    public interface Held extends AutoCloseable {
        @Override
        void close();
    }

    public boolean everFits(long needed) {
        return needed <= bytes;
    }

    /** Waits for a place without any bytes, as {@link #take(long, CallContext)} does. */
    Held take(CallContext call) {
        return take(0, call);
    }

    /** Waits for a place with so many bytes; {@link CallContext#ended()} if the call ends first. */
    public Held take(long needed, CallContext call) {
        if (!everFits(needed)) {
            throw new IllegalArgumentException("%d bytes (expected: at most %d)".formatted(needed, bytes));
        }
        lock.lock();
        var turn = lock.newCondition();
        waiting.add(turn);
        try (var _ = call.onCancel(() -> wake(turn))) {
            while (!turn.equals(waiting.peek()) || freeBytes < needed || freePlaces == 0) {
                if (call.isDone() || !turn.await(call.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
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
            waiting.remove(turn);
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
            next.signal();
        }
    }

    private void wake(Condition turn) {
        lock.lock();
        try {
            turn.signal();
        } finally {
            lock.unlock();
        }
    }
}
