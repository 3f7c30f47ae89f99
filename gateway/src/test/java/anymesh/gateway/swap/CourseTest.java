// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.gateway.pipeline.Attempted;
import anymesh.gateway.swap.Situation.Warmth;
import anymesh.gateway.swap.Swap.State;
import anymesh.kit.registry.Release;
import anymesh.v1.Modality;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whole swaps by a virtual clock, over outputs drawn from what is said of either release. */
class CourseTest {
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    private static final int RUNS = 100;
    private static final Duration TICK = Duration.ofMillis(500);
    private static final Release OLD = Release.parse("generator-image=toyworld@2.0.0");
    private static final Release NEW = Release.parse("generator-image=toyworld@3.0.0");

    /** How a release behaves: the share of outputs that fail, its median time, and the share that are right. */
    private record Behaviour(double failing, double millis, double right) {}

    private static final Behaviour GOOD = new Behaviour(0.002, 500, 0.99);

    private static Swap begin(SwapOptions options) {
        return Swap.begin(Modality.IMAGE, Set.of(OLD), Set.of(NEW), new Supply(Set.of(NEW), Map.of(OLD, "/models/old"),
                Map.of()),
                options, BEGIN, "a test wants it").asRouted();
    }

    private static SwapOptions options(boolean dryRun) {
        return new SwapOptions(List.of(5, 25, 50, 100), Duration.ofSeconds(5), Duration.ofMinutes(5), 10,
                SwapLimits.defaults(), dryRun, List.of(), 10);
    }

    /** One swap under ten outputs a second. */
    private static final class Run {
        private final SplittableRandom random;
        private final Observations observations;
        private final Behaviour old;
        private final Behaviour fresh;
        private Swap swap;
        private Instant now = BEGIN;
        private Duration away = Duration.ZERO;
        private int sent;
        private boolean isGoodOnGolden;
        private long resident = 1_000L << 20;

        Run(long seed, Behaviour old, Behaviour fresh, SwapOptions options) {
            random = new SplittableRandom(seed);
            observations = new Observations(options.limits());
            this.old = old;
            this.fresh = fresh;
            swap = begin(options);
        }

        Swap end() {
            while (!swap.state().isEnd()) {
                next();
            }
            return swap;
        }

        void until(State state) {
            while (swap.state() != state) {
                assertThat(swap.state().isEnd()).as("what happened: %s", swap.events()).isFalse();
                next();
            }
        }

        private void next() {
            now = now.plus(TICK);
            for (int i = 0; i < 5; i++) {
                output();
            }
            var place = swap.place();
            swap = Course.next(swap, new Situation("", true, away, Warmth.DONE, observations.evidence()), now)
                    .asRouted();
            if (!swap.place().equals(place)) {
                observations.restart();
            }
        }

        private void output() {
            if (swap.options().dryRun()) { // golden prompts
                observations.see(made(old, false, false));
                observations.see(made(fresh, true, false));
            }
            boolean isFresh = random.nextInt(100) < swap.weight();
            sent += isFresh ? 1 : 0;
            boolean isTwice = random.nextInt(100) < swap.options().shadow() && swap.state() != State.CHECK;
            observations.see(made(isFresh ? fresh : old, isFresh, false));
            if (isTwice) {
                observations.see(made(isFresh ? old : fresh, !isFresh, true));
            }
            if (isTwice) {
                observations.quality(random.nextDouble() < old.right() ? 1 : 0,
                        random.nextDouble() < fresh.right() ? 1 : 0, false);
            }
            if (isGoodOnGolden && isTwice) {
                for (int i = 0; i < 3; i++) {
                    observations.quality(1, 1, true);
                }
            }
        }

        private Attempted made(Behaviour by, boolean onTrial, boolean shadow) {
            double millis = by.millis() * Math.exp(0.3 * random.nextGaussian());
            return new Attempted(Modality.IMAGE, swap.id(), onTrial, shadow,
                    random.nextDouble() < by.failing() ? new IllegalStateException("failed") : null, millis / 10,
                    millis, onTrial ? resident : 600L << 20);
        }
    }

    private static Swap end(Behaviour fresh) {
        return new Run(7, GOOD, fresh, options(false)).end();
    }

    private static String last(Swap swap) {
        return swap.events().getLast().text();
    }

    @Test
    void whatIsAsGoodIsPromotedStepByStep() {
        var swap = end(GOOD);
        assertThat(swap.state()).isEqualTo(State.PROMOTED);
        assertThat(swap.enough()).containsExactlyInAnyOrder(Measure.ERRORS, Measure.FIRST_PROGRESS, Measure.P50,
                Measure.P95, Measure.QUALITY);
        assertThat(swap.events().stream().map(Swap.Event::text).filter(text -> text.contains("% of the requests")))
                .extracting(text -> text.substring(0, text.indexOf(" %"))).containsExactly("5", "25", "50", "100");
    }

    @Test
    void ofTwentySwapsOfGoodAgainstGoodAtMostOneIsRolledBack() {
        var wrong = IntStream.range(0, RUNS).mapToObj(i -> new Run(i, GOOD, GOOD, options(false)).end())
                .filter(swap -> swap.state() != State.PROMOTED).map(CourseTest::last).toList();
        assertThat(wrong).hasSizeLessThanOrEqualTo(RUNS / 20);
    }

    @Test
    void whatFailsMoreOftenIsRolledBackAndSaysSo() {
        var swap = end(new Behaviour(0.2, 500, 0.99));
        assertThat(swap.state()).isEqualTo(State.ROLLED_BACK);
        assertThat(last(swap)).startsWith("errors is worse: ").contains("allowed 0.05");
    }

    @Test
    void whatIsSlowerIsRolledBack() {
        var swap = end(new Behaviour(0, 1_500, 0.99));
        assertThat(swap.state()).isEqualTo(State.ROLLED_BACK);
        assertThat(last(swap)).containsAnyOf("p50 is worse", "p95 is worse", "first-progress is worse");
    }

    @Test
    void aDropOfFiveInAHundredRightPicturesIsCaughtInNearlyAllSwaps() {
        long caught = IntStream.range(0, RUNS)
                .mapToObj(i -> new Run(i, GOOD, new Behaviour(0, 500, 0.94), options(false)).end())
                .filter(swap -> swap.state() == State.ROLLED_BACK).count();
        assertThat(caught / (double) RUNS).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void whatIsWrongInOneOfFourPicturesIsHardlyEverSeenByACaller() {
        long seen = IntStream.range(0, RUNS).filter(i -> {
            var run = new Run(i, GOOD, new Behaviour(0, 500, 0.74), options(false));
            run.end();
            return run.sent > 0;
        }).count();
        assertThat(seen / (double) RUNS).isLessThanOrEqualTo(0.05);
    }

    @Test
    void whatIsGoodOnGoldenPromptsOnlyIsHardlyEverSeenByACallerEither() {
        long seen = IntStream.range(0, RUNS).filter(i -> {
            var run = new Run(i, GOOD, new Behaviour(0, 500, 0.6), options(false));
            run.isGoodOnGolden = true;
            var swap = run.end();
            assertThat(swap.state()).isEqualTo(State.ROLLED_BACK);
            return run.sent > 0;
        }).count();
        assertThat(seen / (double) RUNS).isLessThanOrEqualTo(0.05);
    }

    @Test
    void whatTakesTheMachinesMemoryIsRolledBackAndSaysSo() {
        var run = new Run(7, GOOD, GOOD, options(false));
        run.until(State.STEP);
        run.resident = 1_300L << 20;
        var swap = run.end();
        assertThat(swap.state()).isEqualTo(State.ROLLED_BACK);
        assertThat(last(swap)).isEqualTo(
                "memory is worse: a process of it holds 1300 MB, the largest of the incumbent 600 MB (allowed 2.0 times)");
    }

    @Test
    void withoutTrafficItIsUndecidedAndRolledBack() {
        var swap = begin(options(false));
        var now = BEGIN;
        while (!swap.state().isEnd()) {
            now = now.plus(TICK);
            swap = Course.next(swap, new Situation("", true, Duration.ZERO, Warmth.DONE, Evidence.NONE), now);
        }
        assertThat(swap.state()).isEqualTo(State.ROLLED_BACK);
        assertThat(last(swap)).isEqualTo(
                "undecided after 300 s: 0 outputs of the candidate in this step (expected: 30), of 0 the quality is known (expected: 100)");
    }

    @Test
    void whoseInstancesHaveGoneIsRolledBack() {
        var run = new Run(1, GOOD, GOOD, options(false));
        run.until(State.STEP);
        run.away = Duration.ofSeconds(61);
        assertThat(last(run.end())).isEqualTo("no instance of it served for 61 s of this step");
    }

    @Test
    void whatDoesNotFitOrCannotBeginIsRefusedBeforeAnythingMoves() {
        var swap = begin(options(false));
        var misfit = Course.next(swap,
                new Situation("they don't join", true, Duration.ZERO, Warmth.TO_COME, Evidence.NONE),
                BEGIN);
        assertThat(misfit.state()).isEqualTo(State.REFUSED);
        assertThat(last(misfit)).isEqualTo("they don't join");
        assertThat(misfit.route(false)).isEmpty();
        var absent = Course.next(swap, new Situation("", false, Duration.ofSeconds(61), Warmth.TO_COME, Evidence.NONE),
                BEGIN.plusSeconds(61));
        assertThat(absent.state()).isEqualTo(State.REFUSED);
        var warming = Course.next(swap, new Situation("", true, Duration.ZERO, Warmth.TO_COME, Evidence.NONE), BEGIN);
        var cold = Course.next(warming,
                new Situation("", true, Duration.ZERO, new Warmth(false, "it cannot make 'a bell'"),
                        Evidence.NONE),
                BEGIN);
        assertThat(cold.state()).isEqualTo(State.REFUSED);
    }

    @Test
    void aDryRunMovesNothing() {
        var good = new Run(3, GOOD, GOOD, options(true)).end();
        assertThat(good.state()).isEqualTo(State.TRIED);
        assertThat(last(good)).startsWith("good enough by every measure");
        var bad = new Run(3, GOOD, new Behaviour(0.5, 500, 0.5), options(true)).end();
        assertThat(bad.state()).isEqualTo(State.TRIED);
        assertThat(last(bad)).contains("is worse").endsWith("nothing was moved (dry run)");
    }

    @Test
    void aSwapIsReadAsItWasWritten() {
        var swap = end(GOOD);
        assertThat(SwapJson.read(SwapJson.write(swap).encode())).isEqualTo(swap);
    }
}
