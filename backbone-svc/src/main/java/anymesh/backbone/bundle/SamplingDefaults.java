// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.kit.model.BundleException;
import org.jspecify.annotations.Nullable;

/**
 * How a bundle wants its answers sampled, from {@code search} of {@code genai_config.json}, with the meanings that transformers'
 * {@code GenerationConfig} gives them. What a request says goes before temperature and top_p; the rest is the bundle's alone.
 *
 * @param temperature 0 if the bundle says not to sample
 * @param topK 0 for all tokens
 * @param repetitionPenalty 1 for none
 * @param maxLength the most positions that prompt and answer take together, if a request names no limit of its own
 */
public record SamplingDefaults(float temperature, int topK, float topP, float minP, float repetitionPenalty,
        int maxLength) {

    /** {@link BundleException} for what is out of range. */
    static SamplingDefaults of(GenaiConfig.@Nullable Search search, int context) {
        if (search == null) {
            return new SamplingDefaults(0, 0, 1, 0, 1, context);
        }
        float temperature = Boolean.TRUE.equals(search.doSample()) ? or(search.temperature(), 1) : 0;
        require("temperature", temperature, 0, 2);
        return new SamplingDefaults(temperature,
                (int) require("top_k", search.topK() == null ? 0 : search.topK(), 0, Integer.MAX_VALUE),
                require("top_p", or(search.topP(), 1), 0, 1), require("min_p", or(search.minP(), 0), 0, 1),
                require("repetition_penalty", or(search.repetitionPenalty(), 1), 0.01f, 100),
                search.maxLength() == null ? context : Math.min(search.maxLength(), context));
    }

    private static float or(@Nullable Float value, float otherwise) {
        return value == null ? otherwise : value;
    }

    private static float require(String key, float value, float least, float most) {
        if (!(value >= least && value <= most)) {
            throw new BundleException(
                    "genai_config.json: search.%s: %s (expected: %s to %s)".formatted(key, value, least,
                            most));
        }
        return value;
    }
}
