// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.testing;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * When {@link CuttingProxy}s cut: at random, but of all calls that went through them at most one in so many is hit, and
 * no step of a request is hit three times. Thread-safe.
 */
public final class Cuts {
    /** Which bytes are let through before the cut: those to the stage, or those to its caller. */
    enum Direction {
        TO_STAGE(1 << 17), TO_CALLER(1 << 12);

        /** As many as a large message has this way. */
        private final int most;

        Direction(int most) {
            this.most = most;
        }
    }

    /** How a connection ends: in order, at a byte that is none of the protocol's ends, or by a reset. */
    enum Manner {
        FIN, RST
    }

    /** After so many further bytes. */
    record Cut(Direction direction, Manner manner, long bytes) {}

    private final int oneIn;
    private final SplittableRandom random;
    private final Map<String, Integer> hits = new HashMap<>();
    private final Map<String, Integer> made = new HashMap<>();
    private long calls;
    private long hit;

    /**
     * @param oneIn so many calls for each one that is hit
     * @param seed of the lots that are drawn
     */
    public Cuts(int oneIn, long seed) {
        this.oneIn = oneIn;
        this.random = new SplittableRandom(seed);
    }

    /** A call begins; perhaps its connection is to be cut, in the way that calls of its method were hit least so far. */
    synchronized Optional<Cut> begins(String step) {
        calls++;
        // Twice as often as is allowed: not every cut comes to be made.
        if (hit >= calls / oneIn || random.nextInt(oneIn) >= 2) {
            return Optional.empty();
        }
        return Arrays.stream(Direction.values()).flatMap(direction -> Arrays.stream(Manner.values())
                .map(manner -> new Cut(direction, manner, bytes(direction))))
                .min(Comparator.comparing(cut -> made.getOrDefault(kind(step, cut), 0)));
    }

    /** As often between 1 and 10 bytes as between 1,000 and 10,000: frames are short and messages long. */
    private long bytes(Direction direction) {
        return (long) Math.exp(random.nextDouble() * Math.log(direction.most));
    }

    private static String kind(String step, Cut cut) {
        return "%s %s %s".formatted(step.substring(step.indexOf(' ') + 1), cut.direction, cut.manner);
    }

    /** Whether a connection may be cut with these steps on it; if so, they count as hit. */
    synchronized boolean mayCut(Cut cut, Collection<String> steps) {
        if (hit + steps.size() > calls / oneIn || steps.stream().anyMatch(step -> hits.getOrDefault(step, 0) > 1)) {
            return false;
        }
        hit += steps.size();
        steps.forEach(step -> {
            hits.merge(step, 1, Integer::sum);
            made.merge(kind(step, cut), 1, Integer::sum);
        });
        return true;
    }

    /** A call that was sent before its caller noticed that the connection was cut. */
    synchronized void cameLate(String step) {
        hit++;
        hits.merge(step, 1, Integer::sum);
    }

    /** All calls so far. */
    public synchronized long calls() {
        return calls;
    }

    /** The calls whose connection was cut under them. */
    public synchronized long hit() {
        return hit;
    }

    /** How many were hit of each method, direction and manner. */
    public synchronized Map<String, Integer> made() {
        return Map.copyOf(made);
    }
}
