// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.gateway.balance.InstanceLoad;
import anymesh.gateway.routing.Hop;
import anymesh.kit.registry.StageInstance;
import anymesh.kit.registry.StageState;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import anymesh.v1.StageDescription;
import anymesh.v1.StageTimings;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** A film generator that makes one at a time, in the order in which they are asked for, and a clock that only the test moves. */
class ForecastsTest {
    private static final StageInstance INSTANCE = instance("generator-video", Modality.VIDEO);
    private static final Task FILM = Task.media(Hop.of(Modality.VIDEO, INSTANCE), 1, 1, null, null);
    private static final StageInstance WRITER = instance("backbone", Modality.TEXT);
    private static final Task WORDS = Task.answers(Hop.of(Modality.TEXT, WRITER), 1);

    private final Forecasts forecasts = new Forecasts(() -> List.of(load(INSTANCE), load(WRITER)), () -> this.nanos);
    private final ArrayDeque<Asked> queue = new ArrayDeque<>();
    private final List<Forecast> told = new ArrayList<>();
    private long nanos;

    /** A film that is asked for, of words and film or of the film alone. */
    private record Asked(List<Task> tasks, Promise<Void> done) {}

    private static StageInstance instance(String service, Modality modality) {
        return new StageInstance(service + "-1", service, "127.0.0.1", 1, 1, 1, StageState.SERVING,
                StageDescription.newBuilder().setBundle("toyworld").setVersion("1").setCapacity(1)
                        .addCapabilities(Capability.newBuilder().setModality(modality)).build());
    }

    private static InstanceLoad load(StageInstance instance) {
        return new InstanceLoad(instance, 0, 1, false);
    }

    private void ask(Task... tasks) {
        var asked = new Asked(List.of(tasks), Promise.promise());
        queue.add(asked);
        forecasts.within(asked.tasks(), new Patience(Duration.ofDays(1), Duration.ofDays(1), told::add), true,
                _ -> asked.done().future());
    }

    /** The first of the queue is made. */
    private void make(double seconds) {
        pass(seconds);
        var asked = Objects.requireNonNull(queue.poll());
        asked.tasks().forEach(task -> learn(task, task.equals(FILM) ? seconds : 0.05));
        asked.done().complete();
    }

    private void learn(Task task, double seconds) {
        forecasts.learn(task, 1,
                StageTimings.newBuilder().setInferenceMicros((long) (seconds * 1e6)).setMeanBatch(1).build());
    }

    private void pass(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    /** Of one that is asked for now and not made. */
    private double expected() {
        ask(FILM);
        Objects.requireNonNull(queue.pollLast()).done().fail("gone");
        return told.getLast().total().toMillis() / 1000.0;
    }

    @Test
    void whatHasBecomeSlowerCountsOnce() {
        ask(FILM);
        make(1);
        for (int i = 0; i < 8; i++) {
            ask(FILM);
        }
        for (int i = 0; i < 100; i++) { // others begin to use the machine: each takes eight times as long as the first
            make(8);
            ask(FILM);
            double real = (queue.size() + 1) * 8.0;
            assertThat(expected()).as("after %d", i).isLessThan(2.5 * real);
        }
        assertThat(expected()).isBetween(9 * 8.0, 1.2 * 9 * 8);
    }

    @Test
    void whatWasNotKnownThenSaysNothing() {
        learn(WORDS, 0.05);
        for (int i = 0; i < 9; i++) {
            ask(WORDS, FILM); // the film's share of it is not known yet, and there is a queue for words
        }
        for (int i = 0; i < 9; i++) {
            make(8);
        }
        ask(FILM);
        assertThat(expected()).isEqualTo(16, within(0.1));
    }
}
