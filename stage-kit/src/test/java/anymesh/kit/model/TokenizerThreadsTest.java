// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import anymesh.wire.error.Overloaded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TokenizerThreadsTest {
    private static final int LONG = 1_000_000;
    private static final int THREADS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    @Test
    void workIsDoneOnAThreadThatHoldsNoCarrier() {
        assertThat(TokenizerThreads.<Boolean>run(call(), 1, () -> Thread.currentThread().isVirtual())).isFalse();
        assertThat(TokenizerThreads.<Boolean>run(call(), LONG, () -> Thread.currentThread().isVirtual())).isFalse();
    }

    @Test
    void longTextsDoNotHoldUpShortOnesAndShorterOnesOfThemGoFirst() throws Exception {
        var release = new CountDownLatch(1);
        var order = Collections.synchronizedList(new ArrayList<Integer>());
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var busy = occupy(callers, release);
            var waiting = new ArrayList<Future<?>>();
            for (int size : new int[]{3 * LONG, 2 * LONG, 4 * LONG}) {
                int before = queued();
                waiting.add(callers.submit(() -> TokenizerThreads.run(call(), size, () -> order.add(size / LONG))));
                awaitQueued(before + 1);
            }

            for (int i = 0; i < 100; i++) {
                assertThat(TokenizerThreads.<String>run(call(), 10, () -> "short")).isEqualTo("short");
            }
            assertThat(order).isEmpty();

            release.countDown();
            for (var task : busy) {
                task.get();
            }
            for (var task : waiting) {
                task.get();
            }
        }
        assertThat(order).containsExactlyInAnyOrder(2, 3, 4);
        if (THREADS == 1) { // else several begin at once
            assertThat(order).containsExactly(2, 3, 4);
        }
    }

    @Test
    void whoLeavesIsLetGoAtOnceAndItsTextIsNotTokenized() throws Exception {
        var release = new CountDownLatch(1);
        var ran = new AtomicInteger();
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var busy = occupy(callers, release);
            var leaving = call();
            int before = queued();
            var left = callers.submit(() -> TokenizerThreads.run(leaving, LONG, ran::incrementAndGet));
            awaitQueued(before + 1);
            leaving.cancel();
            assertThatThrownBy(left::get).isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(CancellationException.class);

            release.countDown();
            for (var task : busy) {
                task.get();
            }
            TokenizerThreads.run(call(), LONG, () -> 0); // behind the one that left
        }
        assertThat(ran).hasValue(0);
    }

    @Test
    void whoseTimeIsUpIsTold() {
        var late = CallContext.start("late", null, Duration.ZERO);
        assertThatThrownBy(() -> TokenizerThreads.run(late, 1, () -> 1)).isInstanceOf(DeadlineExceeded.class);
    }

    @Test
    void whatTheWorkThrowsIsThrown() {
        assertThatThrownBy(() -> TokenizerThreads.run(call(), 1, () -> {
            throw new OutOfMemoryError("Java heap space");
        })).isInstanceOf(Overloaded.class).hasMessage("the tokenizer ran out of memory");
    }

    /** Gives every thread for long texts something to wait for. */
    private static List<Future<?>> occupy(ExecutorService callers, CountDownLatch release)
            throws InterruptedException {
        var begun = new CountDownLatch(THREADS);
        var busy = new ArrayList<Future<?>>();
        for (int i = 0; i < THREADS; i++) {
            busy.add(callers.submit(() -> TokenizerThreads.run(call(), LONG, () -> {
                begun.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                return 0;
            })));
        }
        begun.await();
        return busy;
    }

    private static int queued() {
        return TokenizerThreads.longTextsWaiting();
    }

    private static void awaitQueued(int count) {
        while (queued() < count) {
            Thread.onSpinWait();
        }
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(1));
    }
}
