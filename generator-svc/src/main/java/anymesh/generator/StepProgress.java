// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import anymesh.generator.pipeline.Media;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * How far a picture has come, told by the worker to the thread that reports it. The worker never waits: it leaves the latest
 * number here, and a reporter whose client is slow finds fewer, later numbers. Thread-safe; one reporter.
 */
final class StepProgress {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long pace;
    private long told;
    private int done;
    private boolean ended;
    private @Nullable Shown preview;

    StepProgress() {
        this(Duration.ZERO);
    }

    /** {@code pace}: how long after it told of a step it tells of another, but for those that are shown. */
    StepProgress(Duration pace) {
        this.pace = pace.toNanos();
    }

    /** What a picture looks like after a step. */
    record Shown(int step, Media media) {}

    void reach(int steps) {
        reach(steps, null);
    }

    /** {@code shown}: what it looks like by now, if that was asked for here. */
    void reach(int steps, @Nullable Media shown) {
        lock.lock();
        try {
            if (shown != null) {
                preview = new Shown(steps, shown);
            }
            long now = System.nanoTime();
            if (shown != null || done == 0 || now - told >= pace) {
                done = steps;
                told = now;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The last preview that has not been taken yet, if there is one. */
    Optional<Shown> preview() {
        lock.lock();
        try {
            var shown = Optional.ofNullable(preview);
            preview = null;
            return shown;
        } finally {
            lock.unlock();
        }
    }

    /** There is no more to come. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits for more steps than these, for so long at most. Returns how many there are, which are the same if the time has
     * passed, and -1 if no more come.
     */
    int awaitMoreThan(int steps, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long nanos = atMost.toNanos();
            while (done <= steps && !ended && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            return done > steps || !ended ? done : -1;
        } finally {
            lock.unlock();
        }
    }
}
