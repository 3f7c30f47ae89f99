// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.gateway.routing.Hop;
import anymesh.kit.registry.Release;
import anymesh.v1.Capability;
import anymesh.v1.Modality;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is forecast for a generator of pictures of 10 × 10, from what it was seen to do. */
class ReleaseLoadTest {
    private static final Hop GENERATOR = new Hop(Modality.IMAGE, new Release("generator-image", "toyworld", "1"),
            List.of(Capability.newBuilder().setModality(Modality.IMAGE).addSizes("10x10").addSizes("20x10").build()),
            Set.of());
    private static final Crew ONE = new Crew(1, 4);
    private static final int USUAL_STEPS = 2;

    private final ReleaseLoad load = new ReleaseLoad();

    private static Task pictures(int count) {
        return Task.media(GENERATOR, count, 1, null, null);
    }

    private static Task picture(@Nullable Integer steps, @Nullable String size) {
        return Task.media(GENERATOR, 1, 1, steps, size);
    }

    /** It takes a second alone, and two where four are made together. */
    private void learn() {
        load.learn(pictures(1), USUAL_STEPS, 1, 1);
        load.learn(pictures(1), USUAL_STEPS, 4, 2);
    }

    private Forecast forecast(Task task, Crew crew) {
        return load.find(task, crew).map(load::forecast).orElse(Forecast.NONE);
    }

    private void expect(Task task, Crew crew, double wait, double total) {
        var forecast = forecast(task, crew);
        assertThat(forecast.waiting().toMillis() / 1000.0).as("wait").isEqualTo(wait, within(0.01));
        assertThat(forecast.total().toMillis() / 1000.0).as("total").isEqualTo(total, within(0.01));
    }

    @Test
    void nothingIsForecastOfWhatWasNeverSeenOrIsServedByNobody() {
        load.begin(pictures(100));
        assertThat(forecast(pictures(1), ONE)).isEqualTo(Forecast.NONE);
        learn();
        assertThat(forecast(pictures(1), new Crew(0, 1))).isEqualTo(Forecast.NONE);
    }

    @Test
    void whoIsAloneWaitsForNobody() {
        learn();
        expect(pictures(1), ONE, 0, 1);
    }

    @Test
    void thoseThatAreMadeTogetherTakeLessThanOneAfterTheOther() {
        learn();
        load.begin(pictures(3));
        expect(pictures(1), ONE, 1, 2);
        load.begin(pictures(36));
        expect(pictures(1), ONE, 19, 20);
    }

    @Test
    void severalOfOneRequestCountEach() {
        learn();
        expect(pictures(4), ONE, 0, 4); // by themselves one after the other, as is known of one alone
        load.begin(pictures(4));
        expect(pictures(4), ONE, 0, 4);
        load.begin(pictures(12));
        expect(pictures(4), ONE, 6, 10);
    }

    @Test
    void moreInstancesDoMore() {
        learn();
        load.begin(pictures(39));
        expect(pictures(1), new Crew(4, 4), 4, 5);
        expect(pictures(1), new Crew(40, 4), 0, 1);
    }

    @Test
    void stepsAndSizesThatAreAskedForCount() {
        learn();
        expect(picture(20, null), ONE, 0, 10);
        expect(picture(20, "20x10"), ONE, 0, 20);
        load.begin(picture(200, null));
        load.begin(picture(200, null));
        load.begin(picture(200, null));
        expect(pictures(1), ONE, 149.5, 150.5);
    }

    @Test
    void whatHasEndedCountsNoMore() {
        learn();
        load.begin(pictures(39));
        load.end(pictures(39));
        expect(pictures(1), ONE, 0, 1);
    }

    @Test
    void whoTurnsOutSlowerThanForecastIsExpectedToBeSoAgain() {
        learn();
        load.begin(pictures(39));
        for (int i = 0; i < 200; i++) {
            load.took(forecast(pictures(1), ONE), Duration.ofSeconds(60), false); // others have work for it
        }
        expect(pictures(1), ONE, 59, 60);
        for (int i = 0; i < 200; i++) {
            load.took(forecast(pictures(1), ONE), Duration.ofSeconds(20), false);
        }
        expect(pictures(1), ONE, 19, 20);
    }

    @Test
    void whoCameFirstSaysNothingOfTheQueue() {
        learn();
        for (int i = 0; i < 100; i++) {
            load.took(forecast(pictures(1), ONE), Duration.ofSeconds(10), false); // slowed down by those after it
        }
        load.begin(pictures(39));
        expect(pictures(1), ONE, 19, 20);
    }

    @Test
    void whoRanOutOfTimeIsASignOfMoreThanThat() {
        learn();
        for (int i = 0; i < 200; i++) {
            load.took(forecast(pictures(1), ONE), Duration.ofSeconds(3), true);
            load.took(forecast(pictures(1), ONE), Duration.ofMillis(500), true); // it was given no more
        }
        load.begin(pictures(39));
        expect(pictures(1), ONE, 59, 60);
    }

    @Test
    void whoFindsNoQueueShowsThatThingsAreQuickAgain() {
        learn();
        for (int i = 0; i < 200; i++) {
            load.took(forecast(pictures(1), ONE), Duration.ofSeconds(100), true);
        }
        load.begin(pictures(39));
        expect(pictures(1), ONE, 159, 160);
        load.end(pictures(39));
        for (int i = 0; i < 200; i++) {
            load.took(forecast(pictures(1), ONE), Duration.ofSeconds(1), false);
        }
        load.begin(pictures(39));
        expect(pictures(1), ONE, 19, 20);
    }

    @Test
    void theNewestCountsMost() {
        learn();
        for (int i = 0; i < 50; i++) {
            load.learn(pictures(1), USUAL_STEPS, 1, 3);
        }
        expect(pictures(1), ONE, 0, 3);
    }
}
