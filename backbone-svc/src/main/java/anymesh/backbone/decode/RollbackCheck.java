// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.wire.error.InferenceFailed;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Whether a decoder predicts of tokens that it is fed at once, some of which it then forgets, what it predicts of tokens that it is fed
 * one by one. Where it doesn't, as where one scale quantizes all positions, drafts would change answers.
 */
final class RollbackCheck {
    private static final int PROMPT = 7;
    private static final int KEPT = 2;

    private final SingleRun single;
    private final int vocabulary;
    private final long[] prompt;
    private final long[] rejected;
    private final long[] written;

    private RollbackCheck(SingleRun single, DecoderGraph decoder, int atOnce) {
        var random = new SplittableRandom(1);
        this.single = single;
        this.vocabulary = decoder.shape().vocabulary();
        this.prompt = random.longs(PROMPT, 0, vocabulary).toArray();
        this.rejected = random.longs(atOnce, 0, vocabulary).toArray();
        this.written = random.longs(atOnce, 0, vocabulary).toArray();
        System.arraycopy(rejected, 0, written, 0, KEPT);
    }

    /** {@code atOnce}: how many tokens it will be fed at once, as far as its context has room for them. */
    static boolean passes(SingleRun single, DecoderGraph decoder, int atOnce) {
        int most = Math.min(atOnce, (decoder.shape().context() - PROMPT) / 2);
        try {
            return most > KEPT && new RollbackCheck(single, decoder, most).agrees();
        } catch (InferenceFailed e) {
            return false;
        }
    }

    private boolean agrees() {
        var alone = new Sequence();
        single.read(alone, prompt);
        var expected = new float[written.length][];
        for (int i = 0; i < written.length; i++) {
            single.read(alone, new long[]{written[i]});
            expected[i] = logits(0);
        }
        single.release(alone);

        var sequence = new Sequence();
        single.read(sequence, prompt);
        single.read(sequence, rejected);
        boolean agrees = true;
        for (int i = 0; i < KEPT; i++) {
            agrees &= CompanyCheck.isClose(expected[i], logits(i));
        }
        sequence.keep(prompt.length + KEPT);
        single.read(sequence, Arrays.copyOfRange(written, KEPT, written.length));
        for (int i = KEPT; i < written.length; i++) {
            agrees &= CompanyCheck.isClose(expected[i], logits(i - KEPT));
        }
        single.release(sequence);
        return agrees;
    }

    private float[] logits(int position) {
        var logits = new float[vocabulary];
        single.logits(position, logits);
        return logits;
    }
}
