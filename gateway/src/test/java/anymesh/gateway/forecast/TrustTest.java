// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TrustTest {
    private static final int MANY = 10_000;

    private final Trust trust = new Trust();

    @Test
    void nineteenOfTwentyStayBelowTheBound() {
        var random = new Random(1);
        int below = 0;
        for (int i = 0; i < MANY; i++) {
            double ratio = Math.max(0.2, 2 + 0.5 * random.nextGaussian());
            if (ratio <= trust.bound()) {
                below++;
            }
            trust.learn(ratio);
        }
        assertThat(below / (double) MANY).isBetween(0.91, 0.97);
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
        assertThat(trust.bound()).isBetween(1.0, 8.0);
    }
}
