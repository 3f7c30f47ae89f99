// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.compute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

final class SideBySideTest {
    private final AtomicLong now = new AtomicLong();
    private final SideBySide sideBySide = new SideBySide(4, 2, now::get);

    @Test
    void eachRowIsDoneOnce() {
        for (int rows = 1; rows < 20; rows++) {
            for (int again = 0; again < 6; again++) {
                var done = Collections.synchronizedList(new ArrayList<Integer>());
                sideBySide.run("kind", rows, (from, count) -> {
                    for (int row = from; row < from + count; row++) {
                        done.add(row);
                    }
                });
                assertThat(done).hasSize(rows).doesNotHaveDuplicates();
            }
        }
    }

    @Test
    void partsAreTakenWhereTheyAreFaster() {
        assertThat(parts(8, whole -> whole ? 100 : 40)).isEqualTo(4);
    }

    @Test
    void allIsDoneAtOnceWhereThatIsFaster() {
        assertThat(parts(8, whole -> whole ? 100 : 120)).isEqualTo(1);
    }

    @Test
    void theOtherWayIsTriedAgainWhenItWasLongAgo() {
        parts(8, whole -> whole ? 100 : 120);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        assertThat(parts(8, whole -> whole ? 100 : 40)).isEqualTo(4);
    }

    @Test
    void whatAnotherModelDisturbedSaysNothing() {
        takeParts();
        for (int i = 0; i < 30; i++) {
            sideBySide.run("kind", 8, (_, _) -> {
                Cores.busy(() -> {});
                now.addAndGet(1_000);
            });
        }
        assertThat(parts(8, whole -> whole ? 100 : 40)).isEqualTo(4);
        sideBySide.run("kind", 8, (_, count) -> assertThat(count).isEqualTo(2));
    }

    /** However busy it is, the slower way is not what is tried again and again. */
    @Test
    void aWayIsTriedTwiceThoughAnotherModelDisturbsIt() {
        takeParts();
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        var parts = new ArrayList<Integer>();
        for (int i = 0; i < 6; i++) {
            var begun = new AtomicInteger();
            sideBySide.run("kind", 8, (_, count) -> {
                Cores.busy(begun::incrementAndGet);
                now.addAndGet(count == 8 ? 100 : 10);
            });
            parts.add(begun.get());
        }
        assertThat(parts).containsExactly(1, 1, 4, 4, 4, 4);
    }

    @Test
    void twoTriesTellWhenItWasLongAgo() {
        parts(8, whole -> whole ? 100 : 120);
        now.addAndGet(TimeUnit.MINUTES.toNanos(1));
        var parts = new ArrayList<Integer>();
        for (int i = 0; i < 6; i++) {
            var begun = new AtomicInteger();
            sideBySide.run("kind", 8, (_, count) -> {
                begun.incrementAndGet();
                now.addAndGet(count == 8 ? 100 : 10);
            });
            parts.add(begun.get());
        }
        assertThat(parts).as("two of each, then the faster").containsExactly(4, 4, 1, 1, 4, 4);
    }

    @Test
    void rowsStayInPairs() {
        assertThat(parts(6, whole -> whole ? 100 : 40)).isEqualTo(3);
        assertThat(parts(3, whole -> whole ? 100 : 40)).isEqualTo(1);
        assertThat(parts(1, _ -> 100)).isEqualTo(1);
        var begins = Collections.synchronizedList(new ArrayList<Integer>());
        for (int i = 0; i < 8; i++) {
            sideBySide.run("pairs", 11, (from, _) -> begins.add(from));
        }
        assertThat(begins).allMatch(from -> from % 2 == 0);
    }

    @Test
    void whereARowAloneIsTheSameThereAreAsManyParts() {
        var apart = new SideBySide(4, 1, now::get);
        assertThat(parts(apart, 2, whole -> whole ? 100 : 40)).isEqualTo(2);
        assertThat(parts(apart, 5, whole -> whole ? 100 : 40)).isEqualTo(4);
    }

    @Test
    void whileModelsHaveAllCoresAllIsDoneAtOnce() {
        takeParts();
        Runnable work = () -> assertThat(parts(8, whole -> whole ? 100 : 40)).isEqualTo(1);
        for (int core = 0; core < Cores.ALL; core++) {
            var inner = work;
            work = () -> Cores.busy(inner);
        }
        work.run();
    }

    @Test
    void whatFailsIsThrownWhenAllHaveEnded() {
        takeParts();
        var ended = new AtomicInteger();
        assertThatThrownBy(() -> sideBySide.run("kind", 8, (from, _) -> {
            if (from == 0) {
                throw new IllegalStateException("row 0");
            }
            ended.incrementAndGet();
        })).isInstanceOf(IllegalStateException.class).hasMessage("row 0");
        assertThat(ended).hasValue(3);
    }

    @Test
    void itEndsThoughAllHelpersAreBusy() throws InterruptedException {
        takeParts();
        var held = new CountDownLatch(1);
        var busy = new ArrayList<Thread>();
        for (int i = 0; i < 4; i++) {
            busy.add(Thread.ofPlatform().start(() -> {
                var other = new SideBySide(4, 2, now::get);
                for (int k = 0; k < 2; k++) {
                    other.run("kind", 8, (_, _) -> {}); // whole, to know what that takes
                }
                other.run("kind", 8, (_, _) -> await(held));
            }));
        }
        var done = new AtomicInteger();
        sideBySide.run("kind", 8, (_, count) -> done.addAndGet(count));
        assertThat(done).hasValue(8);
        held.countDown();
        for (var thread : busy) {
            thread.join();
        }
    }

    /** How many parts it comes to after a while. */
    private int parts(int rows, Function<Boolean, Integer> nanos) {
        return parts(sideBySide, rows, nanos);
    }

    private int parts(SideBySide of, int rows, Function<Boolean, Integer> nanos) {
        int last = 0;
        for (int i = 0; i < 30; i++) {
            var begun = new AtomicInteger();
            var left = new AtomicInteger(rows);
            of.run("kind", rows, (_, count) -> {
                begun.incrementAndGet();
                if (left.addAndGet(-count) == 0) {
                    now.addAndGet(nanos.apply(begun.get() == 1));
                }
            });
            last = begun.get();
        }
        return last;
    }

    private void takeParts() {
        assertThat(parts(8, whole -> whole ? 100 : 40)).isEqualTo(4);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
