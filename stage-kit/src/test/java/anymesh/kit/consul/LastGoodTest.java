// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.consul;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.StageDescription;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LastGoodTest {
    private final LastGood lastGood = new LastGood(Duration.ofSeconds(10));
    private final StageInstance one = instance("one", 1);
    private final StageInstance two = instance("two", 2);

    @Test
    void anEmptyListIsOnlyBelievedAfterTheGrace() {
        lastGood.accept(List.of(one, two), 0);
        assertThat(lastGood.accept(List.of(), 1_000)).containsExactly(one, two);
        assertThat(lastGood.isHolding()).isTrue();
        assertThat(lastGood.accept(List.of(), 10_999)).containsExactly(one, two);
        assertThat(lastGood.accept(List.of(), 11_000)).isEmpty();
        assertThat(lastGood.isHolding()).isFalse();
    }

    @Test
    void oneOfManyThatIsGoneIsBelievedAtOnce() {
        lastGood.accept(List.of(one, two), 0);
        assertThat(lastGood.accept(List.of(two), 1_000)).containsExactly(two);
    }

    @Test
    void afterAnOutageNobodyThatServedIsLostBeforeTheGraceIsOver() {
        lastGood.accept(List.of(one, two), 0);
        lastGood.onReturn(60_000);
        assertThat(lastGood.accept(List.of(two), 60_000)).containsExactly(one, two);
        assertThat(lastGood.accept(List.of(one.with(StageState.STOPPED), two), 61_000)).containsExactly(one, two);
        assertThat(lastGood.accept(List.of(one.with(StageState.STOPPED), two), 70_000))
                .containsExactly(one.with(StageState.STOPPED), two);
    }

    @Test
    void whatAnInstanceSaysOfItselfIsBelievedAtOnce() {
        lastGood.accept(List.of(one), 0);
        lastGood.onReturn(0);
        assertThat(lastGood.accept(List.of(one.with(StageState.DRAINING)), 1)).containsExactly(
                one.with(StageState.DRAINING));
        assertThat(lastGood.accept(List.of(), 2)).isEmpty();
    }

    @Test
    void anotherProcessUnderTheSameNameIsNotTheOneThatServed() {
        lastGood.accept(List.of(one), 0);
        lastGood.onReturn(0);
        var restarted = instance("one", 3).with(StageState.STOPPED);
        assertThat(lastGood.accept(List.of(restarted), 1)).containsExactly(restarted);
    }

    @Test
    void anOlderListOfAConsulThatHasJustStartedIsNotBelieved() {
        var first = instance("one", 1, "1");
        var second = instance("one", 2, "2");
        lastGood.accept(List.of(first), 0);
        lastGood.accept(List.of(instance("one", 0, "2").with(StageState.LOADING)), 1_000);
        lastGood.accept(List.of(second), 2_000);
        lastGood.onReturn(60_000);
        assertThat(lastGood.accept(List.of(first), 60_000)).containsExactly(second);
        assertThat(lastGood.accept(List.of(first.with(StageState.STOPPED)), 60_100)).containsExactly(second);
        assertThat(lastGood.isHolding()).isTrue();
        assertThat(lastGood.accept(List.of(second), 61_000)).containsExactly(second);
        assertThat(lastGood.isHolding()).isFalse();
        assertThat(lastGood.accept(List.of(first), 70_000)).as("nobody corrects it").containsExactly(first);
    }

    /** A process that starts takes out what is left of the one before, so the name is gone for a moment. */
    @Test
    void anOlderListIsNotBelievedOfOneThatWasGoneForAMoment() {
        var first = instance("one", 1, "1");
        var second = instance("one", 2, "2");
        lastGood.accept(List.of(first, two), 0);
        lastGood.accept(List.of(first.with(StageState.STOPPED), two), 1_000);
        lastGood.accept(List.of(two), 2_000);
        lastGood.accept(List.of(second, two), 3_000);
        lastGood.onReturn(60_000);
        assertThat(lastGood.accept(List.of(first, two), 60_000)).containsExactly(second, two);
        assertThat(lastGood.accept(List.of(instance("one", 0, "1").with(StageState.LOADING), two), 60_100))
                .containsExactly(second, two);
        assertThat(lastGood.accept(List.of(second, two), 61_000)).containsExactly(second, two);
    }

    @Test
    void aLaterProcessIsBelievedAtOnceThoughAnEarlierOneWasShownInItsPlace() {
        var first = instance("one", 1, "1");
        var second = instance("one", 2, "2");
        lastGood.accept(List.of(two), 0);
        lastGood.onReturn(60_000);
        assertThat(lastGood.accept(List.of(first, two), 60_000)).containsExactly(first, two);
        assertThat(lastGood.accept(List.of(second, two), 61_000)).containsExactly(second, two);
    }

    private static StageInstance instance(String id, int port) {
        return instance(id, port, "");
    }

    private static StageInstance instance(String id, int port, String incarnation) {
        return new StageInstance(id, "encoder", "127.0.0.1", port, 0, 1, StageState.SERVING,
                StageDescription.newBuilder().setIncarnation(incarnation).build());
    }
}
