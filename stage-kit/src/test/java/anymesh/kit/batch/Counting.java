// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/** Shows each step to the test, which lets it end; {@link #free} lets all end by themselves. */
final class Counting implements Stepper<Countdown> {
    private final SynchronousQueue<List<Countdown>> begun = new SynchronousQueue<>();
    private final Semaphore finish = new Semaphore(0);
    private volatile boolean free;
    volatile Throwable failure;
    volatile RuntimeException failureAtTheEnd;

    List<Countdown> nextStep() {
        try {
            return begun.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void finishStep() {
        finish.release();
    }

    void free() {
        free = true;
        finish.release(1_000_000);
        begun.poll();
    }

    @Override
    public void step(List<Countdown> active) {
        try {
            var shown = new ArrayList<>(active);
            while (!free && !begun.offer(shown, 5, TimeUnit.MILLISECONDS)) {
                Thread.onSpinWait();
            }
            finish.acquire();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        switch (failure) {
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case null, default -> {
            }
        }
        for (var job : active) {
            int steps = job.steps.incrementAndGet();
            if (steps == job.goal) {
                job.complete(steps);
            }
        }
        if (failureAtTheEnd != null) {
            throw failureAtTheEnd;
        }
    }

    @Override
    public void release(Countdown job) {
        job.left.incrementAndGet();
    }
}
