// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.gateway.swap.Comparison.Verdict;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The power that is claimed in docs/swap.md, by simulation with fixed seeds. */
class ComparisonTest {
    private static final double ALPHA = 0.01;
    private static final double MARGIN = 0.05;
    private static final int TRIALS = 1_000;
    private static final int LONGEST = 4_000;

    /** What became of one comparison, and after how many of each. */
    private record End(Verdict verdict, int seen) {}

    /** Until it is decided which of the two it is; what is right with these probabilities counts 1, the rest 0. */
    private static End compare(double incumbent, double candidate, int trial, Verdict... ends) {
        var random = new SplittableRandom(trial * 31L + 7);
        var comparison = Comparison.within(MARGIN);
        for (int i = 1; i <= LONGEST; i++) {
            comparison = comparison.see(random.nextDouble() < incumbent ? 1 : 0,
                    random.nextDouble() < candidate ? 1 : 0);
            var verdict = comparison.verdict(ALPHA);
            if (Arrays.asList(ends).contains(verdict)) {
                return new End(verdict, i);
            }
        }
        return new End(Verdict.OPEN, LONGEST);
    }

    @ParameterizedTest
    @CsvSource({"0.995, 0.945, 480", "0.99, 0.94, 600", "0.99, 0.89, 250", "0.99, 0.5, 40", "0.95, 0.90, 1500"})
    void whatIsWorseIsCaught(double incumbent, double candidate, int within) {
        long caught = IntStream.range(0, TRIALS).mapToObj(i -> compare(incumbent, candidate, i, Verdict.WORSE))
                .filter(end -> end.verdict() == Verdict.WORSE && end.seen() <= within).count();
        assertThat(caught / (double) TRIALS).isGreaterThanOrEqualTo(0.95);
    }

    @ParameterizedTest
    @CsvSource({"0.999", "0.99", "0.95", "0.9", "0.5"})
    void whatIsAsGoodIsHardlyEverCalledWorse(double both) {
        long wrong = IntStream.range(0, TRIALS).mapToObj(i -> compare(both, both, i, Verdict.WORSE))
                .filter(end -> end.verdict() == Verdict.WORSE).count();
        assertThat(wrong / (double) TRIALS).isLessThanOrEqualTo(ALPHA);
    }

    @ParameterizedTest
    @CsvSource({"0.999, 300", "0.99, 400", "0.95, 1100"})
    void whatIsAsGoodIsFoundGoodEnough(double both, int within) {
        long found = IntStream.range(0, TRIALS).mapToObj(i -> compare(both, both, i, Verdict.GOOD_ENOUGH))
                .filter(end -> end.verdict() == Verdict.GOOD_ENOUGH && end.seen() <= within).count();
        assertThat(found / (double) TRIALS).isGreaterThanOrEqualTo(0.95);
    }

    @ParameterizedTest
    @CsvSource({"0.995, 0.945", "0.99, 0.94", "0.9, 0.85"})
    void whatIsWorseByTheMarginIsHardlyEverGoodEnough(double incumbent, double candidate) {
        long wrong = IntStream.range(0, TRIALS)
                .mapToObj(i -> compare(incumbent, candidate, i, Verdict.GOOD_ENOUGH, Verdict.WORSE))
                .filter(end -> end.verdict() == Verdict.GOOD_ENOUGH).count();
        assertThat(wrong / (double) TRIALS).isLessThanOrEqualTo(ALPHA);
    }

    @Test
    void whatCanBeNoShareIsRefused() {
        var comparison = Comparison.within(MARGIN);
        for (double value : new double[]{-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> comparison.see(1, value)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(comparison.verdict(ALPHA)).isEqualTo(Verdict.OPEN);
    }
}
