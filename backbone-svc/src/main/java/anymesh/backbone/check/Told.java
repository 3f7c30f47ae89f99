// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.check;

import anymesh.v1.TokenLogprob;
import java.util.List;

/**
 * An answer as a caller is told of it.
 *
 * @param tokens its ids; the one that ended it need not be among them
 * @param logprobs of those that are text, in their order
 * @param completionTokens how many it took, the one that ended it included
 */
record Told(List<Integer> tokens, List<TokenLogprob> logprobs, boolean isEnded, int completionTokens) {

    Told {
        tokens = List.copyOf(tokens);
        logprobs = List.copyOf(logprobs);
    }

    /** How many tokens it has without the one that ended it. */
    int length() {
        return isEnded ? completionTokens - 1 : completionTokens;
    }
}
