// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.List;

/**
 * How one answer is sampled.
 *
 * @param temperature 0 for the likeliest token, up to 2
 * @param topP in (0, 1]
 * @param seed the same seed gives the same answer
 * @param maxTokens the most tokens, signals included
 * @param stops texts that end the answer and are not part of it
 */
public record SamplingOptions(float temperature, float topP, long seed, int maxTokens, List<String> stops) {

    public SamplingOptions {
        stops = List.copyOf(stops);
    }
}
