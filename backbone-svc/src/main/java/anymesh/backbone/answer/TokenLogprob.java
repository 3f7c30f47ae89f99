// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.List;

/** A token, the logarithm of the probability that the model gave it, and the likeliest ones in its place, the likeliest first. */
public record TokenLogprob(int token, float logprob, List<TokenLogprob> top) {
    public TokenLogprob {
        top = List.copyOf(top);
    }
}
