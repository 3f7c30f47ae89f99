// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.v1.Modality;
import anymesh.wire.EmbeddingSpec;
import java.util.List;

/**
 * How the backbone asks for a medium: a run of tokens, whose final hidden states are the signal S_X.
 *
 * @param modality what is asked for
 * @param tokens the run, in order
 * @param offset 0 if a token's state is the one at the position where it is the input (NExT-GPT, GILL), -1 if it is the
 *         one that predicts it (MiniGPT-5)
 * @param forced whether the rest of a run follows its first token without sampling
 * @param produces what leaves: one row of {@code [tokens, hidden]}
 */
public record SignalSpec(Modality modality, List<Long> tokens, int offset, boolean forced, EmbeddingSpec produces) {

    public SignalSpec {
        tokens = List.copyOf(tokens);
    }

    /** The token that begins a run: the only one the model may choose of itself. */
    public long first() {
        return tokens.getFirst();
    }

    public int length() {
        return tokens.size();
    }
}
