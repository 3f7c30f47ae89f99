// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import anymesh.wire.call.CallContext;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** So many places, given to those who wait in the order in which they came. Thread-safe. */
final class Turns {
    private final Queue<Waiter> waiting = new ArrayDeque<>();
    private int free;

    Turns(int places) {
        free = places;
    }

    /**
     * Returns when the caller has a place, which it then {@link #leave}s. One whose request ends gives up its place in the queue
     * at once, and throws {@link CallContext#ended()}.
     */
    void take(CallContext call) {
        var waiter = new Waiter();
        synchronized (waiting) {
            waiting.add(waiter);
            next();
        }
        try (var _ = call.onCancel(() -> waiter.mayGo.complete(false))) {
            if (waiter.mayGo.get(call.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            // Told below, as a cancellation is.
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
        giveUp(waiter);
        throw call.ended();
    }

    /** Gives the place to the next one. */
    void leave() {
        synchronized (waiting) {
            free++;
            next();
        }
    }

    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    private void giveUp(Waiter waiter) {
        synchronized (waiting) {
            if (!waiter.mayGo.complete(false) && waiter.mayGo.join()) {
                leave(); // It got its place just when it stopped waiting.
            } else {
                waiting.remove(waiter);
            }
        }
    }

    private void next() {
        while (free > 0 && !waiting.isEmpty()) {
            if (waiting.remove().mayGo.complete(true)) {
                free--;
            }
        }
    }

    private static final class Waiter {
        /** True: it has a place; false: it wants none any more. */
        private final CompletableFuture<Boolean> mayGo = new CompletableFuture<>();
    }
}
