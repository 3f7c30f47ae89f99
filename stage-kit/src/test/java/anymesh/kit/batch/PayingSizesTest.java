// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

final class PayingSizesTest {
    private static final String KIND = "kind";

    private long now;
    private final PayingSizes sizes = new PayingSizes(0.1, () -> now);

    @Test
    void theFirstStepOfAKindIsMadeAlone() {
        assertThat(sizes.pays(KIND, 1, 1)).isFalse();
        assertThat(sizes.pays(KIND, 0, 1)).isFalse();
    }

    @Test
    void whereRowsCostTheSameAloneAndTogetherTheyWait() {
        assertThat(grown(1, rows -> 5.0 * rows)).isEqualTo(1);
        assertThat(sizes.pays(KIND, 1, 1)).isFalse();
    }

    @Test
    void aPictureOfTwoRowsIsAsFewAsThereAre() {
        assertThat(grown(2, rows -> 5.0 * rows)).isEqualTo(2);
    }

    @Test
    void whereAStepCostsTheSameHoweverManyThereAreAllGoTogether() {
        assertThat(grown(1, _ -> 40)).isEqualTo(64);
    }

    @Test
    void aStepThatGrowsLittleIsFilledUpToWhereMoreBringsLessThanTheShare() {
        // Throughput of n rows is n / (8 + n): 1/9, 2/10 … 64/72; nine tenths of what 64 bring is what 32 do.
        assertThat(grown(1, rows -> 8.0 + rows)).isEqualTo(32);
    }

    @Test
    void aProcessorThatIsFullAtFourTakesFour() {
        assertThat(grown(1, rows -> Math.max(10, 2.5 * rows))).isEqualTo(4);
    }

    @Test
    void whatDisturbsOneStepDoesNotDecide() {
        grown(1, rows -> 5.0 * rows);
        for (int i = 0; i < 8; i++) {
            sizes.stepped(KIND, 1, millis(i % 4 == 3 ? 50 : 5));
        }
        assertThat(sizes.pays(KIND, 1, 1)).isFalse();
    }

    @Test
    void theNextSizeIsTriedAgainWhenItWasLongAgo() {
        grown(1, rows -> 5.0 * rows);
        now += TimeUnit.MINUTES.toNanos(1);
        assertThat(sizes.pays(KIND, 1, 1)).isTrue();
        sizes.stepped(KIND, 2, millis(10));
        sizes.stepped(KIND, 1, millis(5));
        assertThat(sizes.pays(KIND, 1, 1)).isFalse();
    }

    @Test
    void whatWasLearnedOnABusyMachineIsLearnedAnew() {
        sizes.stepped(KIND, 1, millis(50));
        sizes.stepped(KIND, 1, millis(50));
        assertThat(grown(2, rows -> 5.0 * rows)).isEqualTo(2);
        now += TimeUnit.MINUTES.toNanos(1);
        assertThat(sizes.pays(KIND, 1, 1)).isFalse(); // one alone is tried again
        for (int i = 0; i < 8; i++) {
            sizes.stepped(KIND, 1, millis(5));
        }
        assertThat(sizes.of(KIND)).isEqualTo(1);
    }

    @Test
    void othersOfAnotherKindComeAlongOnlyWhereTheirKindGainsByCompany() {
        grown(1, rows -> 5.0 * rows);
        assertThat(sizes.pays(KIND, 0, 1)).isFalse();
        var gaining = new PayingSizes(0.1, () -> now);
        for (int rows = 1; rows <= 4; rows *= 2) {
            gaining.stepped(KIND, rows, millis(40));
            gaining.stepped(KIND, rows, millis(40));
        }
        assertThat(gaining.pays(KIND, 0, 1)).isTrue();
    }

    @Test
    void kindsAreLearnedApart() {
        grown(1, _ -> 40);
        assertThat(sizes.pays("other", 1, 1)).isFalse();
        assertThat(sizes.of("other")).isNull();
    }

    /** Has a full queue of jobs of so many rows for 200 steps, 64 rows at most; the size that is taken then. */
    private int grown(int rows, IntToDoubleFunction stepMillis) {
        for (int step = 0; step < 200; step++) {
            int there = rows;
            while (there + rows <= 64 && sizes.pays(KIND, there, rows)) {
                there += rows;
            }
            sizes.stepped(KIND, there, millis(stepMillis.applyAsDouble(there)));
        }
        return sizes.of(KIND);
    }

    private static long millis(double millis) {
        return (long) (millis * 1e6);
    }
}
