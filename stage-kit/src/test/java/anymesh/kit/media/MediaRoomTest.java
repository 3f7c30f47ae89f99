// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import anymesh.wire.call.CallContext;
import anymesh.wire.error.DeadlineExceeded;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MediaRoomTest {
    private final MediaRoom room = new MediaRoom(100, 3);
    private final MediaRoom single = MediaRoom.ofPlaces(1);
    private final List<String> order = new CopyOnWriteArrayList<>();

    @Test
    void whoCameFirstGoesFirstEvenIfALaterOneWouldFit() {
        var held = room.take(60, call());
        var large = taking("large", 90, call());
        var small = taking("small", 20, call());
        assertThat(order).isEmpty();
        held.close();
        large.join().close();
        small.join().close();
        assertThat(order).containsExactly("large", "small");
    }

    @Test
    void placesAreCountedToo() {
        for (int i = 0; i < 2; i++) {
            room.take(1, call());
        }
        var last = room.take(1, call());
        var waiting = taking("fourth", 1, call());
        assertThat(order).isEmpty();
        last.close();
        waiting.join();
    }

    @Test
    void whoLeavesLetsTheNextOnePass() {
        room.take(60, call());
        var leaver = call();
        var large = taking("large", 90, leaver);
        var small = taking("small", 10, call());
        leaver.cancel();
        assertThatThrownBy(large::join).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CancellationException.class);
        small.join();
        assertThat(order).containsExactly("small");
    }

    @Test
    void nobodyWaitsBeyondTheDeadline() {
        room.take(100, call());
        assertThatThrownBy(() -> room.take(1, CallContext.start("late", null, Duration.ZERO)))
                .isInstanceOf(DeadlineExceeded.class);
    }

    @Test
    void aPlaceGoesToWhoeverHasWaitedLongest() {
        var held = single.take(call());
        var first = taking(single, "first", 0, call());
        var second = taking(single, "second", 0, call());
        held.close();
        first.join().close();
        second.join().close();
        assertThat(order).containsExactly("first", "second");
    }

    @Test
    void oneWhoLeavesTheQueueGivesItsPlaceToTheNext() {
        var held = single.take(call());
        var impatient = call();
        var first = taking(single, "first", 0, impatient);
        var second = taking(single, "second", 0, call());
        impatient.cancel();
        assertThatThrownBy(first::join).isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(CancellationException.class);
        assertThat(second).isNotDone();
        held.close();
        second.join();
        assertThat(order).containsExactly("second");
    }

    @Test
    void waitingEndsAtTheDeadline() {
        var held = single.take(call());
        assertThatThrownBy(() -> single.take(CallContext.start("short", null, Duration.ofMillis(20))))
                .isInstanceOf(DeadlineExceeded.class);
        held.close();
        single.take(call());
    }

    private CompletableFuture<MediaRoom.Held> taking(String name, long bytes, CallContext call) {
        return taking(room, name, bytes, call);
    }

    /** Returns once it waits. */
    private CompletableFuture<MediaRoom.Held> taking(MediaRoom room, String name, long bytes, CallContext call) {
        int before = room.waiting();
        var taken = CompletableFuture.supplyAsync(() -> {
            var held = room.take(bytes, call);
            order.add(name);
            return held;
        }, Thread::startVirtualThread);
        await().until(() -> room.waiting() == before + 1);
        return taken;
    }

    private static CallContext call() {
        return CallContext.start("test", null, Duration.ofMinutes(1));
    }
}
