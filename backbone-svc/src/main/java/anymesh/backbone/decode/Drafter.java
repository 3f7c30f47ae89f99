// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.bundle.DraftSpec;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.OnnxSettings;
import anymesh.wire.error.MeshException;
import java.util.Arrays;
import java.util.Set;

/**
 * The draft model: reads what an answer has so far and guesses how it goes on, always by its likeliest token, until one is more likely wrong
 * than right.
 */
final class Drafter implements AutoCloseable {
    private final TokenInput input;
    private final DecoderGraph decoder;
    private final SingleRun single;
    private final int vocabulary;
    private final Set<Long> ends;
    private final float[] logits;

    private Drafter(TokenInput input, DecoderGraph decoder, int vocabulary, Set<Long> ends) {
        decoder.requireTakingBack("draft");
        this.input = input;
        this.decoder = decoder;
        this.single = new SingleRun(input, decoder, RowLayout.ONE_ROW);
        // Rows of the logits that stand for no token pad them to a round number, of each model to its own.
        this.vocabulary = Math.min(vocabulary, decoder.shape().vocabulary());
        this.ends = Set.copyOf(ends);
        this.logits = new float[decoder.shape().vocabulary()];
    }

    /**
     * Opens the graphs and has them guess; {@link BundleException} if they are not what the bundle says.
     *
     * @param vocabulary of the model that writes the answers
     * @param ends the tokens that end one, which need not be guessed
     */
    static Drafter load(DraftSpec spec, int vocabulary, Set<Long> ends, OnnxSettings settings) {
        return Closing.opening(opened -> {
            var decoder = opened.with(DecoderGraph.load(spec.model(), settings));
            var input = opened.with(TokenInput.load(spec.model(), decoder, settings));
            var drafter = new Drafter(input, decoder, vocabulary, ends);
            try {
                var draft = new Draft();
                drafter.guess(draft, new long[]{0}, 2);
                drafter.release(draft);
            } catch (MeshException e) {
                throw new BundleException("%s: does not decode a prompt: %s".formatted(decoder.file(), e.getMessage()),
                        e);
            }
            return drafter;
        });
    }

    /** How many tokens its context lets it guess after a text of so many. */
    int room(int length) {
        return decoder.shape().context() - length + 1;
    }

    /**
     * How a text goes on: {@code count} tokens, or fewer where it thinks that the answer ends, or after one that it is not sure of.
     *
     * @param draft what it has read of the text, which is then all of it and what it guessed but for the last
     */
    long[] guess(Draft draft, long[] text, int count) {
        var sequence = draft.sequence();
        single.read(sequence, Arrays.copyOfRange(text, sequence.length(), text.length));
        var guessed = new long[count];
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                single.read(sequence, new long[]{guessed[i - 1]});
            }
            single.logits(logits);
            int likeliest = likeliest();
            guessed[i] = likeliest;
            if (ends.contains(guessed[i])) {
                return Arrays.copyOf(guessed, i);
            }
            if (!isSure(likeliest)) {
                return Arrays.copyOf(guessed, i + 1);
            }
        }
        return guessed;
    }

    private int likeliest() {
        int best = 0;
        for (int i = 1; i < vocabulary; i++) {
            if (logits[i] > logits[best]) {
                best = i;
            }
        }
        return best;
    }

    /** Whether the probability of its likeliest token is a half or more. */
    private boolean isSure(int likeliest) {
        double total = 0;
        for (int i = 0; i < vocabulary && total <= 2; i++) {
            total += Math.exp(logits[i] - logits[likeliest]);
        }
        return total <= 2;
    }

    /** Forgets all of an answer. */
    void release(Draft draft) {
        single.release(draft.sequence());
    }

    @Override
    public void close() {
        decoder.close();
        input.close();
    }
}
