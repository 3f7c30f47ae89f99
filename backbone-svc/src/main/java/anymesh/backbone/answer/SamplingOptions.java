// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.List;

/**
 * How one answer is sampled.
 *
 * @param warping of the distribution that a token is drawn from
 * @param repetitionPenalty for what stands in the prompt or the answer already; 1 for none
 * @param seed the same seed gives the same answer
 * @param maxTokens the most tokens, signals included
 * @param stops texts that end the answer and are not part of it
 */
public record SamplingOptions(Warping warping, float repetitionPenalty, long seed, int maxTokens, List<String> stops) {

    public SamplingOptions {
        stops = List.copyOf(stops);
    }
}
