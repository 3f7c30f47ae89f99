// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import java.util.Arrays;

/** What happens to a predicted clean sample that leaves the range of the training data. */
sealed interface SampleBounds {

    void apply(float[] sample);

    /** The option {@code thresholding}, which goes before {@code clip_sample} as in diffusers. */
    static SampleBounds of(SchedulerOptions options, SampleBounds otherwise) {
        double ratio = options.number("dynamic_thresholding_ratio", 0.995);
        double max = options.number("sample_max_value", 1);
        if (!options.flag("thresholding", false)) {
            return otherwise;
        }
        if (!(ratio >= 0 && ratio <= 1)) {
            throw options.refusal("dynamic_thresholding_ratio", "0 to 1");
        }
        return new DynamicThreshold((float) ratio, (float) max);
    }

    /** Anything goes: latents have no fixed range. */
    record Unbounded() implements SampleBounds {
        @Override
        public void apply(float[] sample) {}
    }

    /** Cut at ±range. */
    record Clip(float range) implements SampleBounds {
        @Override
        public void apply(float[] sample) {
            for (int i = 0; i < sample.length; i++) {
                sample[i] = Math.clamp(sample[i], -range, range);
            }
        }
    }

    /** Imagen's dynamic thresholding (Saharia et al. 2022, 2.3): cut at a quantile of |sample| and scale back to ±1. */
    record DynamicThreshold(float ratio, float max) implements SampleBounds {
        @Override
        public void apply(float[] sample) {
            float bound = Math.min(Math.max(quantile(sample), 1), max);
            for (int i = 0; i < sample.length; i++) {
                sample[i] = Math.clamp(sample[i], -bound, bound) / bound;
            }
        }

        /** {@code torch.quantile} of the magnitudes, linear between neighbours. */
        private float quantile(float[] sample) {
            float[] sorted = new float[sample.length];
            for (int i = 0; i < sample.length; i++) {
                sorted[i] = Math.abs(sample[i]);
            }
            Arrays.sort(sorted);
            float rank = ratio * (sorted.length - 1);
            int below = (int) rank;
            float weight = rank - below;
            float low = sorted[below];
            float high = sorted[Math.min(below + 1, sorted.length - 1)];
            return weight < 0.5f ? low + weight * (high - low) : high - (high - low) * (1 - weight);
        }
    }
}
