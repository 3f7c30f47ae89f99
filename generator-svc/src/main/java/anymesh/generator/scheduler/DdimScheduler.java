// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/**
 * DDIM (Song, Meng and Ermon 2020, eq. 12). The configs of diffusers carry no eta, which is an argument there and 0 in every
 * pipeline: a bundle's sampler is deterministic. Eta above 0 is kept because the seeded golden numbers need it.
 */
public final class DdimScheduler implements Scheduler {

    private final NoiseTable noise;
    private final PredictionType prediction;
    private final SampleBounds bounds;
    private final Timesteps spacing;
    private final int offset;
    private final float finalAlpha;
    private final float eta;

    DdimScheduler(SchedulerOptions options, float eta) {
        noise = NoiseTable.of(options);
        prediction = PredictionType.of(options);
        spacing = Timesteps.of(options, "leading");
        offset = options.integer("steps_offset", 0, 0);
        finalAlpha = options.flag("set_alpha_to_one", true) ? 1 : noise.alphaCumprod(0);
        boolean clips = options.flag("clip_sample", true);
        float range = (float) options.number("clip_sample_range", 1);
        bounds = SampleBounds.of(options, clips ? new SampleBounds.Clip(range) : new SampleBounds.Unbounded());
        if (noise.endsInPureNoise() && prediction == PredictionType.EPSILON) {
            // x0 = (x - noise) / √a with a = 0: diffusers makes a picture of NaN here.
            throw options.refusal("rescale_betas_zero_snr", "false with prediction_type epsilon");
        }
        this.eta = eta;
    }

    @Override
    public SamplerState start(int steps, NoiseSource source) {
        int total = noise.timesteps();
        if (steps < 1 || steps > total) {
            throw new IllegalArgumentException("steps: " + steps + " (expected: 1 to " + total + ")");
        }
        double[] timesteps = Timesteps.rounded(spacing.lay(total, steps, steps, total, offset));
        if (timesteps[0] >= total) {
            throw new IllegalArgumentException(
                    "steps: " + steps + " with steps_offset " + offset + " begin at timestep "
                            + (int) timesteps[0] + " (expected: below " + total + ")");
        }
        return new State(timesteps, total / steps, source);
    }

    /** Signal share at a timestep; below 0 the run has ended. */
    float alphaCumprod(int timestep) {
        return timestep < 0 ? finalAlpha : noise.alphaCumprod(timestep);
    }

    private final class State implements SamplerState {

        private final double[] timesteps;
        private final int stride;
        private final NoiseSource source;
        private float[] clean = new float[0];
        private float[] fresh = new float[0];

        State(double[] timesteps, int stride, NoiseSource source) {
            this.timesteps = timesteps;
            this.stride = stride;
            this.source = source;
        }

        @Override
        public int steps() {
            return timesteps.length;
        }

        @Override
        public double timestep(int i) {
            return timesteps[i];
        }

        @Override
        public float initNoiseSigma() {
            return 1;
        }

        @Override
        public float inputDivisor(int i) {
            return 1;
        }

        @Override
        public void step(int i, float[] output, float[] sample) {
            int timestep = (int) timesteps[i];
            float alpha = alphaCumprod(timestep);
            float alphaNext = alphaCumprod(timestep - stride);
            float deviation = deviation(alpha, alphaNext);
            predict(alpha, output, sample);
            bounds.apply(clean);
            float signal = sqrt(alphaNext);
            float direction = sqrt(1 - alphaNext - deviation * deviation);
            for (int k = 0; k < sample.length; k++) {
                sample[k] = signal * clean[k] + direction * output[k];
            }
            if (eta > 0) {
                addFresh(deviation, sample);
            }
        }

        @Override
        public float[] clean() {
            return clean;
        }

        /** Leaves the predicted clean sample in {@link #clean} and the predicted noise in {@code output}. */
        private void predict(float alpha, float[] output, float[] sample) {
            if (clean.length != sample.length) {
                clean = new float[sample.length];
            }
            float signal = sqrt(alpha);
            float spread = sqrt(1 - alpha);
            switch (prediction) {
                case EPSILON -> {
                    for (int k = 0; k < sample.length; k++) {
                        clean[k] = (sample[k] - spread * output[k]) / signal;
                    }
                }
                case SAMPLE -> {
                    for (int k = 0; k < sample.length; k++) {
                        clean[k] = output[k];
                        output[k] = (sample[k] - signal * clean[k]) / spread;
                    }
                }
                case V_PREDICTION -> {
                    for (int k = 0; k < sample.length; k++) {
                        clean[k] = signal * sample[k] - spread * output[k];
                        output[k] = signal * output[k] + spread * sample[k];
                    }
                }
            }
        }

        private float deviation(float alpha, float alphaNext) {
            if (eta == 0) {
                return 0;
            }
            float variance = (1 - alphaNext) / (1 - alpha) * (1 - alpha / alphaNext);
            return eta * sqrt(variance);
        }

        private void addFresh(float deviation, float[] sample) {
            if (fresh.length != sample.length) {
                fresh = new float[sample.length];
            }
            source.fill(fresh);
            for (int k = 0; k < sample.length; k++) {
                sample[k] += deviation * fresh[k];
            }
        }

        private static float sqrt(float value) {
            return (float) Math.sqrt(value);
        }
    }
}
