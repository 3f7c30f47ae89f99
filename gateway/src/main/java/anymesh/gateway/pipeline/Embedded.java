// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import java.util.List;

/**
 * Media and texts as vectors of one space.
 *
 * @param vectors of unit length, in the order of what was embedded
 * @param tokens of the texts, as the model read them
 */
public record Embedded(List<float[]> vectors, int tokens, List<StageUsage> stages) {
    public Embedded {
        vectors = List.copyOf(vectors);
        stages = List.copyOf(stages);
    }
}
