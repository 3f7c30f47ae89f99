// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.swap;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How well media show what was asked for, by cosines in a joint space of media and words. Of two media for the same words one
 * loses if it is less like them than the other by more than a gap. The gap is a part of what the incumbent's media are liker to
 * their own words than to other callers': no number here belongs to one encoder. Thread-safe.
 */
final class Likeness {
    /** Nearer than a wrong colour or place comes, and six times what two seeds of a good generator differ by (docs/swap.md). */
    private static final double PART = 1.0 / 8;
    /** While too few other words are known. */
    private static final double UNKNOWN = 0.05;
    private static final int LEAST = 4;
    private static final int KEPT = 32;
    private static final double SMOOTHING = 0.1;

    private final Deque<float[]> words = new ArrayDeque<>();
    private double contrast = Double.NaN;

    /** The same for words and two media, as unit vectors of one space. */
    synchronized Quality.Judged judge(float[] asked, float[] incumbent, float[] candidate) {
        learn(asked, incumbent);
        double old = cosine(asked, incumbent);
        double fresh = cosine(asked, candidate);
        double gap = gap();
        return new Quality.Judged(old < fresh - gap ? 0 : 1, fresh < old - gap ? 0 : 1);
    }

    double gap() {
        return Double.isNaN(contrast) ? UNKNOWN : contrast * PART;
    }

    private void learn(float[] asked, float[] incumbent) {
        if (words.size() >= LEAST) {
            double others = words.stream().mapToDouble(other -> cosine(other, incumbent)).average().orElse(0);
            double now = Math.max(0, cosine(asked, incumbent) - others);
            contrast = Double.isNaN(contrast) ? now : contrast + SMOOTHING * (now - contrast);
        }
        if (words.stream().noneMatch(other -> cosine(other, asked) > 1 - 1e-4)) {
            words.addLast(asked);
            if (words.size() > KEPT) {
                words.removeFirst();
            }
        }
    }

    private static double cosine(float[] one, float[] other) {
        double product = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < one.length; i++) {
            product += (double) one[i] * other[i];
            first += (double) one[i] * one[i];
            second += (double) other[i] * other[i];
        }
        return first == 0 || second == 0 ? 0 : product / Math.sqrt(first * second);
    }
}
