// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayDeque;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrustTest {
    private static final int MANY = 10_000;

    private final Trust trust = new Trust();

    /** Each is like the one before it, and what it took is known when ten more have been let in. */
    @Test
    void nineteenOfTwentyStayBelowTheBoundWhereErrorsComeInBursts() {
        var random = new Random(1);
        var underWay = new ArrayDeque<Double>();
        double error = 0;
        int below = 0;
        double bounds = 0;
        for (int i = 0; i < MANY; i++) {
            error = 0.9 * error + Math.sqrt(1 - 0.9 * 0.9) * 0.25 * random.nextGaussian();
            double ratio = 2 * Math.exp(error);
            if (ratio <= trust.bound()) {
                below++;
            }
            bounds += trust.bound();
            underWay.add(ratio);
            if (underWay.size() > 10) {
                trust.learn(underWay.remove());
            }
        }
        assertThat(below / (double) MANY).isBetween(0.94, 0.97);
        assertThat(bounds / MANY).as("who promises little keeps it easily").isBetween(2.0, 3.5);
    }

    @Test
    void whatIsFasterThanForecastIsNotForecastFaster() {
        for (int i = 0; i < 100; i++) {
            trust.learn(0.3);
        }
        assertThat(trust.bound()).isEqualTo(1);
    }

    @Test
    void whatHasPassedIsForgotten() {
        for (int i = 0; i < 100; i++) {
            trust.learn(5);
        }
        assertThat(trust.bound()).isEqualTo(5, within(0.1));
        for (int i = 0; i < 100; i++) {
            trust.learn(1);
        }
        assertThat(trust.bound()).isEqualTo(1, within(0.1));
    }

    @Test
    void oneThatHungIsNotBelievedWhole() {
        trust.learn(1_000_000);
        assertThat(trust.bound()).isBetween(1.0, 5.0);
    }
}
