// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.server;

import anymesh.kit.ending.Budget;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a process goes when it is told to: in order and within its budget, which exits with 0 (the JVM would with 143). If
 * that takes longer, or on a second signal, it is cut off and exits with 1. A process whose supervisor
 * ({@code ANYMESH_PARENT_PID}) dies goes too. The JVM's own end begins only after this one, if at all.
 */
public final class Termination {
    private static final Logger log = LoggerFactory.getLogger(Termination.class);

    /** Signals closer together than this are one: a terminal and a wrapper may both pass on the same Ctrl-C. */
    private static final Duration SAME_SIGNAL = Duration.ofSeconds(1);
    /** What an orderly end may be late by before it is taken for one that hangs. */
    private static final Duration ROOM = Duration.ofSeconds(1);

    private final Duration limit;
    private final Consumer<Budget> ending;
    private final Runnable cutOff;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile long begunNanos = System.nanoTime();

    private Termination(Duration limit, Consumer<Budget> ending, Runnable cutOff) {
        this.limit = limit;
        this.ending = ending;
        this.cutOff = cutOff;
    }

    /** As {@link #on(Duration, Consumer, Runnable)}, for a process with nobody else to end. */
    public static void on(Duration limit, Consumer<Budget> ending) {
        on(limit, ending, () -> {});
    }

    /**
     * From now on this process goes so, once, on a thread of its own.
     *
     * @param limit within how long
     * @param ending the end in order, which may block
     * @param cutOff what is done before the process is halted amid that
     */
    public static void on(Duration limit, Consumer<Budget> ending, Runnable cutOff) {
        var termination = new Termination(limit, ending, cutOff);
        Signals.onTermination(termination::signal);
        // Whatever else makes the JVM exit.
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("drain").unstarted(() -> {
            termination.once();
            sleepForEver(); // whoever was quicker halts
        }));
        var supervisor = System.getenv("ANYMESH_PARENT_PID");
        if (supervisor != null) {
            var _ = ProcessHandle.of(Long.parseLong(supervisor)).map(ProcessHandle::onExit)
                    .orElseGet(() -> CompletableFuture.completedFuture(null))
                    .thenRunAsync(termination::once, task -> Thread.ofPlatform().name("drain").start(task));
        }
    }

    private void signal() {
        if (!once() && System.nanoTime() - begunNanos > SAME_SIGNAL.toNanos()) {
            cutOff("told to go a second time");
        }
    }

    /** False if it is going already. */
    private boolean once() {
        if (!begun.compareAndSet(false, true)) {
            return false;
        }
        begunNanos = System.nanoTime();
        Thread.ofPlatform().name("drain-limit").daemon().start(() -> {
            Budget.of(limit.plus(ROOM)).pause(limit.plus(ROOM));
            cutOff("has not ended within " + limit);
        });
        try {
            ending.accept(Budget.of(limit));
            Runtime.getRuntime().halt(0);
        } catch (RuntimeException e) {
            log.error("could not end in order", e);
            cutOff.run();
            Runtime.getRuntime().halt(1);
        }
        return true;
    }

    private void cutOff(String why) {
        log.error("cut off: {}", why);
        try {
            cutOff.run();
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }

    private static void sleepForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
