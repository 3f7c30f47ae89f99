// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class TurnsTest {
    private final Turns turns = new Turns(1);

    @Test
    void aPlaceGoesToWhoeverHasWaitedLongest() {
        var order = new ArrayList<Integer>();
        turns.take(call());
        var first = taken(1, order, call());
        var second = taken(2, order, call());
        turns.leave();
        first.join();
        second.join();
        assertThat(order).containsExactly(1, 2);
    }

    @Test
    void oneWhoLeavesTheQueueGivesItsPlaceToTheNext() {
        var order = new ArrayList<Integer>();
        turns.take(call());
        var impatient = call();
        var first = taken(1, order, impatient);
        var second = taken(2, order, call());
        impatient.cancel();
        assertThatThrownBy(first::join).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CancellationException.class);
        assertThat(second).isNotDone();
        turns.leave();
        second.join();
        assertThat(order).containsExactly(2);
    }

    @Test
    void waitingEndsAtTheDeadline() {
        turns.take(call());
        assertThatThrownBy(() -> turns.take(CallContext.start("short", null, Duration.ofMillis(20))))
                .isInstanceOf(DeadlineExceeded.class);
        turns.leave();
        turns.take(call());
    }

    /** Returns once it waits. */
    private CompletableFuture<Void> taken(int number, List<Integer> order, CallContext call) {
        int before = turns.waiting();
        var taken = CompletableFuture.runAsync(() -> {
            turns.take(call);
            order.add(number);
            turns.leave();
        }, Thread::startVirtualThread);
        while (turns.waiting() == before) {
            Thread.onSpinWait();
        }
        return taken;
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(1));
    }
}
