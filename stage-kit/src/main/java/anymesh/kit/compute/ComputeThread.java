// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import com.google.common.util.concurrent.Uninterruptibles;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Threads that compute for long and give way to those that answer: refusals, health checks and streams must not wait for a model that
 * has the same cores. Linux lowers a thread's own niceness; elsewhere these are threads like any other. One that is
 * started by another gives way to that, too. See ADR 28.
 */
public final class ComputeThread {
    private ComputeThread() {}

    /** Work that may fail in one way. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /** Starts one, which does not keep the process alive. */
    public static Thread start(String name, Runnable work) {
        var thread = unstarted(name, work);
        thread.start();
        return thread;
    }

    /** The same, to be started. */
    public static Thread unstarted(String name, Runnable work) {
        return Thread.ofPlatform().name(name).daemon().unstarted(() -> {
            Niceness.giveWay();
            work.run();
        });
    }

    /**
     * Runs on one and waits for it, whoever interrupts: the threads that a library starts meanwhile give way too, as they inherit it.
     */
    public static <T, E extends Exception> T call(String name, Work<T, E> work) throws E {
        Callable<T> callable = work::run;
        var task = new FutureTask<>(callable);
        start(name, task);
        try {
            return Uninterruptibles.getUninterruptibly(task);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            @SuppressWarnings("unchecked") // it throws nothing else
            E failure = (E) Objects.requireNonNull(e.getCause());
            throw failure;
        }
    }
}
