// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The log probabilities of an answer's text, each told with the first of its token's text that is shown. They are those of the
 * distribution that the model gave, before temperature, top_p, and what was ruled out. Tokens without text (signals, the end,
 * the rest of a stop text) are not told.
 */
public final class Logprobs {
    /** For a probability of nothing, which JSON can't write the logarithm of; OpenAI's number. */
    private static final float NEVER = -9999;

    /** A token, and where in the decoded text its own begins. */
    private record Entry(TokenLogprob logprob, long start) {}

    private final int top;
    private final List<TokenLogprob> withoutText = new ArrayList<>();
    private final Deque<Entry> untold = new ArrayDeque<>();
    private float[] logits = {};
    private long decoded;
    private long shown;

    /** {@code top}: how many likeliest tokens to tell of each place. */
    public Logprobs(int top) {
        this.top = top;
    }

    /** What the next token is chosen by. */
    void see(float[] next) {
        if (logits.length != next.length) {
            logits = new float[next.length];
        }
        System.arraycopy(next, 0, logits, 0, next.length);
    }

    /** A token of text was chosen, whereupon so many more characters are certain; none as long as it is half of one. */
    void wrote(int token, int characters) {
        withoutText.add(of(token));
        decoded(characters);
    }

    /** So many more characters are certain. */
    void decoded(int characters) {
        if (characters > 0) {
            withoutText.forEach(logprob -> untold.add(new Entry(logprob, decoded)));
            withoutText.clear();
            decoded += characters;
        }
    }

    /** So many more characters are shown; the tokens of which something is shown for the first time. */
    List<TokenLogprob> shown(int characters) {
        shown += characters;
        var told = new ArrayList<TokenLogprob>();
        while (!untold.isEmpty() && untold.getFirst().start() < shown) {
            told.add(untold.removeFirst().logprob());
        }
        return told;
    }

    private TokenLogprob of(int token) {
        double total = logOfSum();
        var best = best();
        var likeliest = new ArrayList<TokenLogprob>();
        for (int id : best) {
            likeliest.add(new TokenLogprob(id, logprob(id, total), List.of()));
        }
        return new TokenLogprob(token, logprob(token, total), likeliest);
    }

    private float logprob(int token, double total) {
        return Math.max(NEVER, (float) Math.min(0, logits[token] - total));
    }

    private double logOfSum() {
        float max = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            max = Math.max(max, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    /** The ids of the highest logits, the highest first and the lower id before its equal. */
    private int[] best() {
        var best = new int[Math.min(top, logits.length)];
        int count = 0;
        for (int id = 0; id < logits.length; id++) {
            if (count < best.length || (count > 0 && logits[id] > logits[best[count - 1]])) {
                count = Math.min(count + 1, best.length);
                int at = count - 1;
                for (; at > 0 && logits[best[at - 1]] < logits[id]; at--) {
                    best[at] = best[at - 1];
                }
                best[at] = id;
            }
        }
        return best;
    }
}
