// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is left of a key's limits, on a clock that the test moves. */
class CallerTest {
    /** Which the arithmetic may be off by. */
    private static final Duration TINY = Duration.ofMillis(1);

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private long now;
    private final Caller caller = new Caller("shop", false, new KeyMeters(meters), () -> now);

    private void limit(@Nullable Integer atOnce, @Nullable Integer requests, @Nullable Long work) {
        caller.limited(new KeyLimits(atOnce, requests, work));
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private Duration refusal() {
        var caught = new RateLimited[1];
        assertThatThrownBy(caller::enter).isInstanceOfSatisfying(RateLimited.class, refused -> caught[0] = refused);
        return caught[0].retryAfter();
    }

    @Test
    void withoutLimitsAllAreLetIn() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(caller.enter()).isNotNull();
        }
        caller.spent(1L << 40);
        assertThat(caller.enter()).isNotNull();
        assertThat(caller.rates()).isEmpty();
    }

    @Test
    void requestsAtOnceAreCountedUntilTheyEnd() {
        limit(2, null, null);
        var first = caller.enter();
        caller.enter();
        assertThat(refusal()).isPositive();
        first.close();
        first.close();
        caller.enter();
        assertThat(refusal()).as("closed twice, it made room for one").isPositive();
    }

    @Test
    void aMinutesRequestsMayComeAtOnceAndThenOneForEachPartOfIt() {
        limit(null, 3, null);
        for (int i = 0; i < 3; i++) {
            caller.enter();
        }
        assertThat(refusal()).isCloseTo(Duration.ofSeconds(20), TINY);
        pass(Duration.ofSeconds(19));
        assertThat(refusal()).isCloseTo(Duration.ofSeconds(1), TINY);
        pass(Duration.ofSeconds(1).plus(TINY));
        caller.enter();
        assertThat(refusal()).isCloseTo(Duration.ofSeconds(20), TINY.multipliedBy(2));
        assertThat(caller.rates()).singleElement().satisfies(rate -> {
            assertThat(rate.remaining()).isZero();
            assertThat(rate.reset()).isCloseTo(Duration.ofMinutes(1), TINY.multipliedBy(2));
        });
    }

    @Test
    void aRefusedRequestTakesNothing() {
        limit(1, 10, null);
        caller.enter();
        for (int i = 0; i < 20; i++) {
            refusal();
        }
        assertThat(caller.rates().getFirst().remaining()).isEqualTo(9);
        assertThat(meters.get("anymesh.gateway.key.refused").tag("key", "shop").counter().count()).isEqualTo(20);
    }

    @Test
    void workIsPaidOffBeforeTheNextRequest() {
        limit(null, null, 600L);
        caller.enter();
        caller.spent(900); // more than there is: what it takes is known when it is done
        assertThat(refusal()).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(31));
        assertThat(caller.rates().getFirst().remaining()).isZero();
        pass(Duration.ofSeconds(31));
        caller.enter();
        assertThat(meters.get("anymesh.gateway.key.work").tag("key", "shop").counter().count()).isEqualTo(900);
    }

    @Test
    void nothingIsSavedUpBeyondAMinute() {
        limit(null, 2, null);
        pass(Duration.ofHours(1));
        caller.enter();
        caller.enter();
        assertThat(refusal()).isPositive();
    }

    @Test
    void aLimitThatStaysKeepsWhatWasTakenAndOneThatChangesBeginsAnew() {
        limit(null, 2, 100L);
        caller.enter();
        caller.spent(150);
        limit(null, 5, 100L);
        assertThat(refusal()).as("the work is still to be paid off").isPositive();
        limit(null, 5, null);
        for (int i = 0; i < 5; i++) {
            caller.enter();
        }
        assertThat(refusal()).isPositive();
    }
}
