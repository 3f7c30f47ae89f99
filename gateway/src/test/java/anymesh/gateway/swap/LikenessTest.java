// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.swap.Comparison.Verdict;
import anymesh.gateway.swap.Quality.Judged;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** In a space like the built-in encoder's: right media are .96 like their words, and .71 like words with one thing changed. */
class LikenessTest {
    private static final int WIDTH = 64;
    private final SplittableRandom random = new SplittableRandom(5);
    private final Likeness likeness = new Likeness();

    private float[] anywhere() {
        var vector = new float[WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return unit(vector);
    }

    private static float[] unit(float[] vector) {
        double length = 0;
        for (float x : vector) {
            length += (double) x * x;
        }
        var unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / Math.sqrt(length));
        }
        return unit;
    }

    /** A vector whose cosine with another one is about this. */
    private float[] like(float[] other, double cosine) {
        var noise = anywhere();
        var vector = new float[WIDTH];
        double aside = Math.sqrt(1 - cosine * cosine);
        for (int i = 0; i < WIDTH; i++) {
            vector[i] = (float) (cosine * other[i] + aside * noise[i]);
        }
        return unit(vector);
    }

    private Judged pair(double incumbent, double candidate) {
        var words = anywhere();
        return likeness.judge(words, like(words, incumbent), like(words, candidate));
    }

    @Test
    void ofTwoThatAreRightNoneLoses() {
        for (int i = 0; i < 200; i++) {
            assertThat(pair(0.97, 0.96)).isEqualTo(new Judged(1, 1));
        }
    }

    @Test
    void whoShowsSomethingElseLoses() {
        pair(0.96, 0.96);
        assertThat(pair(0.96, 0.71)).isEqualTo(new Judged(1, 0));
        assertThat(pair(0.71, 0.96)).isEqualTo(new Judged(0, 1));
    }

    @Test
    void inANarrowerSpaceLessIsEnough() {
        for (int i = 0; i < 50; i++) {
            pair(0.3, 0.3);
        }
        assertThat(likeness.gap()).isBetween(0.02, 0.06);
    }

    @Test
    void fiveInAHundredWrongOnesAreFoundWithinAThousandPairs() {
        var comparison = Comparison.within(0.05);
        for (int i = 0; i < 1_000 && comparison.verdict(0.002) == Verdict.OPEN; i++) {
            var judged = pair(0.96, random.nextInt(100) < 5 ? 0.71 : 0.96);
            comparison = comparison.see(judged.incumbent(), judged.candidate());
        }
        assertThat(comparison.verdict(0.002)).isEqualTo(Verdict.WORSE);
    }
}
