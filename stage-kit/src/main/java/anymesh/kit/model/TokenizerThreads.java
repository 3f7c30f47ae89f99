// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.Failures;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The threads on which requests' texts are tokenized: the native library would hold the carrier of a virtual thread. A long
 * text waits for a thread of its own kind, so that short ones, which take a few milliseconds, never wait for it; among long
 * ones a shorter one goes first, but not before one that has waited for the time that it takes. Shared by all tokenizers of
 * the process.
 */
final class TokenizerThreads {
    /** In characters; a few milliseconds. */
    private static final int SHORT = 8_192;
    /** Measured: 1 to 4 µs, more on a busy machine. */
    private static final long NANOS_A_CHARACTER = 2_000;

    private static final ThreadPoolExecutor SHORT_TEXTS = threads("tokenize-short",
            Runtime.getRuntime().availableProcessors());
    private static final ThreadPoolExecutor LONG_TEXTS = threads("tokenize-long",
            Math.max(1, Runtime.getRuntime().availableProcessors() / 2));

    private TokenizerThreads() {}

    /**
     * Does the work for a text of so many characters and waits for it. Work whose call has ended is not begun; then throws
     * {@link CancellationException}, or {@link DeadlineExceeded} if its time is up.
     */
    static <T> T run(CallContext call, int characters, Supplier<T> work) {
        var task = new Task<>(call, System.nanoTime() + characters * NANOS_A_CHARACTER, work);
        (characters <= SHORT ? SHORT_TEXTS : LONG_TEXTS).execute(task);
        try (var _ = call.onCancel(task::giveUp)) {
            return task.result.join();
        } catch (CompletionException e) {
            throw Failures.of(e.getCause() == null ? e : e.getCause(), "the tokenizer");
        }
    }

    static int longTextsWaiting() {
        return LONG_TEXTS.getQueue().size();
    }

    private static ThreadPoolExecutor threads(String name, int count) {
        var pool = new ThreadPoolExecutor(count, count, 10, TimeUnit.SECONDS, new PriorityBlockingQueue<>(),
                Thread.ofPlatform().daemon().name(name + "-", 0).factory());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static final class Task<T> implements Runnable, Comparable<Task<?>> {
        private final CallContext call;
        private final long due;
        private final Supplier<T> work;
        private final CompletableFuture<T> result = new CompletableFuture<>();

        Task(CallContext call, long due, Supplier<T> work) {
            this.call = call;
            this.due = due;
            this.work = work;
        }

        @Override
        public void run() {
            if (call.isDone()) {
                giveUp();
            }
            if (result.isDone()) {
                return;
            }
            try {
                result.complete(work.get());
            } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        }

        void giveUp() {
            result.completeExceptionally(call.ended());
        }

        @Override
        public int compareTo(Task<?> other) {
            return Long.signum(due - other.due); // differences, as nanoTime may overflow
        }
    }
}
