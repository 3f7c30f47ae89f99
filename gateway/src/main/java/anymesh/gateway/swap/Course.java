// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import anymesh.gateway.swap.Swap.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How a swap goes on: a pure function of how far it has come, what is seen, and the time. A candidate that is worse by any
 * measure is rolled back; it is promoted when it was found good enough by every one.
 */
final class Course {
    /** How long a candidate may take to begin, and how long it may be away in a step, once or because it dies again and again. */
    private static final Duration START = Duration.ofMinutes(1);
    private static final Duration AWAY = Duration.ofMinutes(1);
    /** Of 20 swaps of good against good at most one is rolled back, whatever their measures and steps. */
    private static final double WRONGLY_WORSE = 0.05;
    private static final double WRONGLY_ENOUGH = 0.01;
    /** Outputs of the candidate without which no step ends. */
    private static final int LEAST = 30;
    /**
     * Who loses one of four pairs is found among so many nearly always, before a caller has seen any of it. They are of what
     * callers asked for; golden prompts count where it would take half of --max-hold until so many have come.
     */
    private static final int LEAST_COMPARED = 100;

    private Course() {}

    /** The same swap if nothing is to be done. */
    static Swap next(Swap swap, Situation situation, Instant now) {
        return switch (swap.state()) {
            case CHECK -> check(swap, situation, now);
            case WARM -> warm(swap, situation, now);
            case SHADOW, STEP -> compare(swap, situation, now);
            case PROMOTED, ROLLED_BACK, REFUSED, TRIED -> swap;
        };
    }

    private static Swap check(Swap swap, Situation situation, Instant now) {
        if (!situation.misfit().isEmpty()) {
            return swap.become(State.REFUSED, 0, now, situation.misfit());
        }
        if (situation.serves()) {
            return swap.become(State.WARM, 0, now, "it serves, and its spaces join");
        }
        return swap.age(now).compareTo(START) > 0
                ? swap.become(State.REFUSED, 0, now,
                        "no instance of it serves after %d s".formatted(START.toSeconds()))
                : swap;
    }

    private static Swap warm(Swap swap, Situation situation, Instant now) {
        if (!situation.warm().failure().isEmpty()) {
            return swap.become(State.REFUSED, 0, now, situation.warm().failure());
        }
        if (situation.warm().isDone()) {
            return swap.become(State.SHADOW, 0, now, "it has made its first outputs; %d %% are made twice from now on"
                    .formatted(swap.options().shadow()));
        }
        return swap.age(now).compareTo(swap.options().maxHold()) > 0
                ? swap.become(State.REFUSED, 0, now, "it has made no output in " + swap.options().maxHold())
                : swap;
    }

    private static Swap compare(Swap swap, Situation situation, Instant now) {
        var evidence = situation.evidence();
        for (var measure : Measure.values()) {
            if (evidence.of(measure).isWorse(alpha(swap))) {
                return back(swap, now, "%s is worse: %s".formatted(measure.label(), numbers(swap, evidence, measure)));
            }
        }
        long old = evidence.incumbent().resident();
        long fresh = evidence.candidate().resident();
        if (swap.options().limits().isTooLarge(old, fresh)) {
            return back(swap, now,
                    "memory is worse: a process of it holds %d MB, the largest of the incumbent %d MB (allowed %s times)"
                            .formatted(fresh >> 20, old >> 20, swap.options().limits().maxMemoryRatio()));
        }
        if (situation.away().compareTo(AWAY) > 0) {
            return back(swap, now,
                    "no instance of it served for %d s of this step".formatted(situation.away().toSeconds()));
        }
        for (var measure : Measure.values()) {
            if (measure.isRequired() && !swap.enough().contains(measure)
                    && evidence.of(measure).isEnough(WRONGLY_ENOUGH)) {
                return swap.found(measure, now,
                        "%s is good enough: %s".formatted(measure.label(), numbers(swap, evidence, measure)));
            }
        }
        boolean isHeld = swap.age(now).compareTo(swap.options().hold()) >= 0;
        if (isHeld && isKnown(swap, evidence, now) && (!isLast(swap) || isEnough(swap))) {
            return forth(swap, now, evidence);
        }
        return swap.age(now).compareTo(swap.options().maxHold()) > 0
                ? back(swap, now, "undecided after %d s: %s".formatted(swap.options().maxHold().toSeconds(),
                        missing(swap, evidence)))
                : swap;
    }

    /** Whether more outputs would bring it on. */
    static boolean needsMore(Swap swap, Evidence evidence) {
        return (swap.state() == State.SHADOW || swap.state() == State.STEP) && (!isEnough(swap) || !isKnown(evidence));
    }

    private static boolean isKnown(Evidence evidence) {
        return evidence.candidate().all() >= LEAST && evidence.of(Measure.QUALITY).all() >= LEAST_COMPARED;
    }

    private static boolean isKnown(Swap swap, Evidence evidence, Instant now) {
        return isKnown(evidence) && (swap.state() != State.SHADOW || isOfCallers(swap, evidence, now));
    }

    /** Whether what is known before the first step is of what callers ask for, as far as they do. */
    private static boolean isOfCallers(Swap swap, Evidence evidence, Instant now) {
        long real = evidence.of(Measure.REAL_QUALITY).all();
        return real == 0 || real >= LEAST_COMPARED
                || swap.age(now).multipliedBy(2L * LEAST_COMPARED).dividedBy(real)
                        .compareTo(swap.options().maxHold()) > 0;
    }

    private static double alpha(Swap swap) {
        return WRONGLY_WORSE / (Measure.values().length * (swap.options().steps().size() + 1.0));
    }

    /** Whether nothing but the end comes after this state. */
    private static boolean isLast(Swap swap) {
        return swap.state() == State.SHADOW
                ? swap.options().dryRun()
                : swap.step() == swap.options().steps().size() - 1;
    }

    private static boolean isEnough(Swap swap) {
        return Stream.of(Measure.values()).filter(Measure::isRequired).allMatch(swap.enough()::contains);
    }

    private static Swap forth(Swap swap, Instant now, Evidence evidence) {
        if (isLast(swap)) {
            return swap.options().dryRun()
                    ? swap.become(State.TRIED, 0, now, "good enough by every measure; nothing was moved (dry run)")
                    : swap.become(State.PROMOTED, swap.step(), now, "good enough by every measure");
        }
        int step = swap.state() == State.SHADOW ? 0 : swap.step() + 1;
        return swap.become(State.STEP, step, now, "%d %% of the requests go to it; so far %s".formatted(
                swap.options().steps().get(step), made(evidence)));
    }

    /** Before anything of it was sent there is nothing to take back. */
    private static Swap back(Swap swap, Instant now, String text) {
        return swap.options().dryRun()
                ? swap.become(State.TRIED, 0, now, text + "; nothing was moved (dry run)")
                : swap.become(State.ROLLED_BACK, swap.step(), now, text);
    }

    private static String numbers(Swap swap, Evidence evidence, Measure measure) {
        var tally = evidence.of(measure);
        return String.format(Locale.ROOT,
                "%.3f worse on average over %d pairs of this step (of %d in all; allowed %.2f); %s",
                tally.loss(), tally.seen(), tally.all(), swap.options().limits().margin(measure), made(evidence));
    }

    private static String made(Evidence evidence) {
        return "incumbent %s, candidate %s".formatted(made(evidence.incumbent()), made(evidence.candidate()));
    }

    private static String made(Evidence.Made made) {
        return String.format(Locale.ROOT, "%d made and %d failed, p50 %.0f ms, p95 %.0f ms", made.ok(), made.failed(),
                made.p50(), made.p95());
    }

    private static String missing(Swap swap, Evidence evidence) {
        if (!isKnown(evidence)) {
            return "%d outputs of the candidate in this step (expected: %d), of %d the quality is known (expected: %d)"
                    .formatted(evidence.candidate().all(), LEAST, evidence.of(Measure.QUALITY).all(), LEAST_COMPARED);
        }
        var open = new StringBuilder();
        for (var measure : Measure.values()) {
            if (measure.isRequired() && !swap.enough().contains(measure)) {
                open.append(open.isEmpty() ? "" : "; ").append(measure.label()).append(' ')
                        .append(numbers(swap, evidence, measure));
            }
        }
        return open.toString();
    }
}
