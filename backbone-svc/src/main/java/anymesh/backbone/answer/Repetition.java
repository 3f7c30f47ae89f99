// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Makes tokens less likely that stand in the prompt or the answer already (repetition penalty, Keskar et al. 2019, CTRL), as
 * transformers' {@code RepetitionPenaltyLogitsProcessor} does: a logit above 0 is divided by the penalty, another multiplied.
 */
final class Repetition {
    private final float penalty;
    private final BitSet seen = new BitSet();

    /** @param penalty 1 for none */
    Repetition(float penalty, long[] prompt) {
        this.penalty = penalty;
        if (penalty != 1) {
            Arrays.stream(prompt).forEach(this::saw);
        }
    }

    void saw(long token) {
        seen.set((int) token);
    }

    void penalize(float[] logits) {
        if (penalty == 1) {
            return;
        }
        for (int id = seen.nextSetBit(0); id >= 0 && id < logits.length; id = seen.nextSetBit(id + 1)) {
            logits[id] = logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty;
        }
    }
}
