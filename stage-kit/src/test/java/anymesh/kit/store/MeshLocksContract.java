// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.kit.server.Futures;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every keeper of locks does. Names are used once, as it may outlive a test. */
public abstract class MeshLocksContract {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static int names;

    private final String name = "test-" + names++;
    private final AtomicInteger lost = new AtomicInteger();
    private MeshLocks locks;

    /** All that are opened are about the same locks. */
    protected abstract MeshLocks open();

    /** As if the holder of this lock had died. */
    protected abstract void expire(String lock);

    @BeforeEach
    final void begin() {
        locks = open();
    }

    @AfterEach
    final void end() {
        locks.close();
    }

    private MeshLocks.MeshLock acquire(String holder, Duration patience) {
        return Futures.join(locks.acquire(name, holder, patience, lost::incrementAndGet));
    }

    @Test
    void oneHasItAndTheOtherIsToldWho() {
        acquire("host a, process 1", Duration.ZERO);
        assertThatThrownBy(() -> acquire("host b, process 2", Duration.ZERO))
                .isInstanceOfSatisfying(LockTaken.class,
                        taken -> assertThat(taken.holder()).isEqualTo("host a, process 1"))
                .hasMessageContaining(name).hasMessageContaining("host a, process 1");
        assertThat(lost).hasValue(0);
    }

    @Test
    void aLockThatWasGivenBackIsFreeAtOnce() {
        var lock = acquire("one", Duration.ZERO);
        Futures.join(lock.release());
        acquire("other", Duration.ZERO);
        Futures.join(lock.release());
        assertThatThrownBy(() -> acquire("third", Duration.ZERO)).isInstanceOf(LockTaken.class)
                .hasMessageContaining("other");
        assertThat(lost).as("giving back is no loss").hasValue(0);
    }

    @Test
    void whoHasPatienceHasItNext() {
        var lock = acquire("one", Duration.ZERO);
        var next = locks.acquire(name, "other", SOON, lost::incrementAndGet);
        assertThat(next.isComplete()).isFalse();
        Futures.join(lock.release());
        Futures.join(next);
        assertThat(lost).hasValue(0);
    }

    @Test
    void whoLosesItIsToldOnceAndAnotherMayHaveIt() {
        var lock = acquire("one", Duration.ZERO);
        expire(name);
        await().atMost(SOON).until(() -> lost.get() == 1);
        acquire("other", SOON);
        Futures.join(lock.release());
        assertThatThrownBy(() -> acquire("third", Duration.ZERO)).as("what was lost is not given back")
                .isInstanceOf(LockTaken.class);
        assertThat(lost).hasValue(1);
    }

    @Test
    void locksOfOtherNamesAreOthers() {
        acquire("one", Duration.ZERO);
        Futures.join(locks.acquire(name + "-b", "other", Duration.ZERO, lost::incrementAndGet));
    }
}
