// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.wire.error.InferenceFailed;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float[] LOGITS = {0, 2, 1, -1};

    @Test
    void temperatureZeroTakesTheLikeliestAndTheFirstOfEquals() {
        var sampler = sampler(0, 1, 1);

        assertThat(sampler.next(LOGITS.clone())).isEqualTo(1);
        assertThat(sampler.next(new float[]{3, 5, 5})).isEqualTo(1);
    }

    @Test
    void sharesFollowTheSoftmaxOfTheLogitsOverTheTemperature() {
        int[] counts = count(sampler(0.5f, 1, 42), 20_000);

        double[] expected = Arrays.stream(new double[]{0, 2, 1, -1}).map(logit -> Math.exp(logit / 0.5)).toArray();
        double total = Arrays.stream(expected).sum();
        for (int i = 0; i < counts.length; i++) {
            // Four standard deviations of a share of 20 000 draws.
            assertThat(counts[i] / 20_000.0).isCloseTo(expected[i] / total, within(0.015));
        }
    }

    @Test
    void nucleusKeepsTheLikeliestTokensThatReachTopP() {
        // Probabilities: 0.087, 0.644, 0.237, 0.032.
        assertThat(count(sampler(1, 0.6f, 1), 2_000)).containsExactly(0, 2_000, 0, 0);
        assertThat(count(sampler(1, 0.85f, 1), 2_000)).satisfies(counts -> {
            assertThat(counts[0] + counts[3]).isZero();
            assertThat(counts[1] / 2_000.0).isCloseTo(0.731, within(0.04));
        });
        assertThat(count(sampler(1, 0.99f, 1), 2_000)).doesNotContain(0);
    }

    @Test
    void tinyTopPIsTheLikeliest() {
        assertThat(count(sampler(2, 1e-6f, 9), 500)).containsExactly(0, 500, 0, 0);
    }

    @Test
    void noShareAtAllIsTheLikeliestAndNeverAForbiddenToken() {
        assertThat(count(sampler(2, 0, 9), 500)).containsExactly(0, 500, 0, 0);
        float never = Float.NEGATIVE_INFINITY;
        assertThat(sampler(1, 0, 9).next(new float[]{never, 3, 3, 3})).isEqualTo(1);
    }

    @Test
    void tinyTemperatureDoesNotOverflow() {
        assertThat(sampler(1e-30f, 1, 3).next(new float[]{-80, 90, 89})).isEqualTo(1);
    }

    @Test
    void sameSeedGivesTheSameTokensAndAnotherSeedOthers() {
        assertThat(draw(sampler(1, 0.95f, 5))).isEqualTo(draw(sampler(1, 0.95f, 5)))
                .isNotEqualTo(draw(sampler(1, 0.95f, 6)));
    }

    @Test
    void ruledOutTokensAreNeverChosen() {
        var logits = new float[]{Float.NEGATIVE_INFINITY, 0, Float.NEGATIVE_INFINITY, 0};
        var sampler = sampler(2, 1, 8);

        for (int i = 0; i < 500; i++) {
            assertThat(sampler.next(logits.clone())).isIn(1, 3);
        }
    }

    @Test
    void logitsThatAreNoNumbersFail() {
        for (var broken : new float[][]{{Float.NaN, Float.NaN}, {1, Float.NaN}, {Float.POSITIVE_INFINITY, 0}}) {
            assertThatThrownBy(() -> sampler(1, 1, 0).next(broken)).isInstanceOf(InferenceFailed.class);
        }
    }

    @Test
    void topKKeepsTheLikeliestAndTheFirstOfEquals() {
        assertThat(count(cut(1, 1, 0), 500)).containsExactly(0, 500, 0, 0);
        assertThat(count(cut(2, 1, 0), 2_000)).satisfies(counts -> {
            assertThat(counts[0] + counts[3]).isZero();
            assertThat(counts[1] / 2_000.0).isCloseTo(0.731, within(0.04));
        });
        assertThat(count(cut(50, 1, 0), 2_000)).doesNotContain(0);
        var two = cut(2, 1, 0);
        assertThat(IntStream.range(0, 200).map(_ -> two.next(new float[]{1, 3, 3, 3})).distinct().sorted())
                .containsExactly(1, 2);
    }

    @Test
    void topPIsOfWhatTopKLeft() {
        // Of the three likeliest the first has 0.665 and the second 0.245: 0.7 takes both, though 0.644 + 0.237 of all do so too.
        assertThat(count(cut(3, 0.66f, 0), 500)).containsExactly(0, 500, 0, 0);
        assertThat(count(cut(4, 0.66f, 0), 500)[2]).isPositive();
    }

    @Test
    void minPIsAShareOfTheLikeliest() {
        // Against the likeliest: 0.135, 1, 0.368, 0.050.
        assertThat(count(cut(0, 1, 0.2f), 2_000)).satisfies(counts -> {
            assertThat(counts[0] + counts[3]).isZero();
            assertThat(counts[2]).isPositive();
        });
        assertThat(count(cut(0, 1, 1), 500)).containsExactly(0, 500, 0, 0);
    }

    @Test
    void whatStandsInThePromptOrTheAnswerIsPenalized() {
        // As transformers' RepetitionPenaltyLogitsProcessor(2): what is above 0 is divided, what is not multiplied.
        var repetition = new Repetition(2, new long[]{1});
        repetition.saw(3);
        var logits = LOGITS.clone();
        repetition.penalize(logits);
        assertThat(logits).containsExactly(0, 1, 1, -2);
    }

    private static Sampler sampler(float temperature, float topP, long seed) {
        return new Sampler(new Warping(temperature, 0, topP, 0), seed);
    }

    private static Sampler cut(int topK, float topP, float minP) {
        return new Sampler(new Warping(1, topK, topP, minP), 7);
    }

    private static int[] count(Sampler sampler, int draws) {
        var counts = new int[LOGITS.length];
        for (int i = 0; i < draws; i++) {
            counts[sampler.next(LOGITS.clone())]++;
        }
        return counts;
    }

    private static int[] draw(Sampler sampler) {
        return IntStream.range(0, 64).map(_ -> sampler.next(LOGITS.clone())).toArray();
    }
}
