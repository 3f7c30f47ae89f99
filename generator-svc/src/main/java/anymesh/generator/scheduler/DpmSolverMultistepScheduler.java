// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import org.jspecify.annotations.Nullable;

/**
 * DPM-Solver++ of order 1 or 2 in its multistep form, "2M" (Lu et al. 2022, algorithm 2). Each step predicts the clean sample
 * and extrapolates with the prediction before; the first step and, by option, the last are of first order.
 */
public final class DpmSolverMultistepScheduler implements Scheduler {

    private static final int FEW_STEPS = 15;

    private final NoiseTable noise;
    private final float[] table;
    private final PredictionType prediction;
    private final SampleBounds bounds;
    private final SigmaSpacing sigmaSpacing;
    private final Timesteps spacing;
    private final int offset;
    private final int order;
    private final boolean heun;
    private final boolean lowerOrderFinal;
    private final boolean eulerAtFinal;
    private final boolean endsAtZero;
    private final boolean roundsTimesteps;
    private final double lambdaMin;
    private final @Nullable Double sigmaMin;
    private final @Nullable Double sigmaMax;

    DpmSolverMultistepScheduler(SchedulerOptions options) {
        noise = NoiseTable.of(options).withFiniteSigmas();
        table = noise.sigmas();
        prediction = PredictionType.of(options);
        bounds = SampleBounds.of(options, new SampleBounds.Unbounded());
        sigmaSpacing = SigmaSpacing.of(options, true);
        spacing = Timesteps.of(options, "linspace");
        offset = options.integer("steps_offset", 0, 0);
        order = options.integer("solver_order", 2, 1);
        if (order > 2) {
            throw options.refusal("solver_order", "1, 2");
        }
        options.choice("algorithm_type", "dpmsolver++", "dpmsolver++");
        // diffusers reads the solver types of its other multistep schedulers as midpoint.
        heun = options.choice("solver_type", "midpoint", "midpoint", "heun", "logrho", "bh1", "bh2").equals("heun");
        lowerOrderFinal = options.flag("lower_order_final", true);
        eulerAtFinal = options.flag("euler_at_final", false);
        endsAtZero = SigmaSpacing.endsAtZero(options);
        roundsTimesteps = !options.choice("beta_schedule", "linear", "linear", "scaled_linear", "squaredcos_cap_v2")
                .equals("squaredcos_cap_v2");
        lambdaMin = options.number("lambda_min_clipped", Double.NEGATIVE_INFINITY);
        sigmaMin = options.optionalNumber("sigma_min");
        sigmaMax = options.optionalNumber("sigma_max");
        options.refuseIfSet("variance_type");
        options.refuseIfOn("use_flow_sigmas");
        options.refuseIfOn("use_dynamic_shifting");
        options.number("flow_shift", 1); // Without flow sigmas these two are never looked at.
        options.choice("time_shift_type", "exponential", "exponential");
    }

    @Override
    public SamplerState start(int steps, NoiseSource source) {
        if (steps < 1 || steps > table.length) {
            throw new IllegalArgumentException("steps: " + steps + " (expected: 1 to " + table.length + ")");
        }
        double[] timesteps;
        double[] levels;
        if (sigmaSpacing == SigmaSpacing.TIMESTEPS) {
            timesteps = Timesteps.rounded(spacing.lay(lastTimestep(), steps + 1, steps, table.length, offset));
            levels = new double[timesteps.length];
            for (int i = 0; i < levels.length; i++) {
                levels[i] = SigmaSpacing.interpolate(table, timesteps[i]);
            }
        } else {
            double max = table[table.length - 1];
            double min = table[0];
            if (sigmaSpacing != SigmaSpacing.LU) {
                max = SigmaSpacing.orElse(sigmaMax, max);
                min = SigmaSpacing.orElse(sigmaMin, min);
            }
            levels = sigmaSpacing.between(max, min, steps);
            timesteps = SigmaSpacing.timestepsOf(levels, table);
            if (sigmaSpacing != SigmaSpacing.EXPONENTIAL && roundsTimesteps) {
                Timesteps.rounded(timesteps);
            }
        }
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = (long) timesteps[i];
        }
        return new State(timesteps, SigmaSpacing.closedBy(endsAtZero ? 0 : table[0], levels));
    }

    /** One more than the highest timestep whose log signal-to-noise ratio is not below {@code lambda_min_clipped}. */
    private int lastTimestep() {
        int last = table.length;
        while (last > 1 && lambda(noise.alphaCumprod(last - 1)) < lambdaMin) {
            last--;
        }
        return last;
    }

    private static float lambda(float alphaCumprod) {
        return (float) Math.log((float) Math.sqrt(alphaCumprod))
                - (float) Math.log((float) Math.sqrt(1 - alphaCumprod));
    }

    private final class State implements SamplerState {

        private final double[] timesteps;
        private final float[] sigmas;
        private float[] clean = new float[0];
        private float[] cleanBefore = new float[0];
        private int taken;

        State(double[] timesteps, float[] sigmas) {
            this.timesteps = timesteps;
            this.sigmas = sigmas;
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
            predict(i, output, sample);
            boolean last = i == timesteps.length - 1;
            boolean lowOrder = last
                    && (eulerAtFinal || endsAtZero || (lowerOrderFinal && timesteps.length < FEW_STEPS));
            if (order == 1 || taken == 0 || lowOrder) {
                firstOrder(i, sample);
            } else {
                secondOrder(i, sample);
            }
            taken++;
        }

        @Override
        public float[] clean() {
            return clean;
        }

        /** Leaves the clean sample that this step predicts in {@link #clean} and the step before's in {@link #cleanBefore}. */
        private void predict(int i, float[] output, float[] sample) {
            float[] spare = cleanBefore.length == sample.length ? cleanBefore : new float[sample.length];
            cleanBefore = clean;
            clean = spare;
            float signal = signal(i);
            float spread = spread(i);
            for (int k = 0; k < sample.length; k++) {
                clean[k] = switch (prediction) {
                    case EPSILON -> (sample[k] - spread * output[k]) / signal;
                    case SAMPLE -> output[k];
                    case V_PREDICTION -> signal * sample[k] - spread * output[k];
                };
            }
            bounds.apply(clean);
        }

        private void firstOrder(int i, float[] sample) {
            float keep = spread(i + 1) / spread(i);
            float gain = signal(i + 1) * (exp(-(lambda(i + 1) - lambda(i))) - 1);
            for (int k = 0; k < sample.length; k++) {
                sample[k] = keep * sample[k] - gain * clean[k];
            }
        }

        private void secondOrder(int i, float[] sample) {
            float keep = spread(i + 1) / spread(i);
            float h = lambda(i + 1) - lambda(i);
            float decay = exp(-h) - 1;
            float gain = signal(i + 1) * decay;
            float slopeGain = heun ? signal(i + 1) * (decay / h + 1) : -(0.5f * gain);
            float slope = 1 / ((lambda(i) - lambda(i - 1)) / h);
            for (int k = 0; k < sample.length; k++) {
                sample[k] = keep * sample[k] - gain * clean[k] + slopeGain * (slope * (clean[k] - cleanBefore[k]));
            }
        }

        private float signal(int i) {
            return 1 / (float) Math.sqrt(sigmas[i] * sigmas[i] + 1);
        }

        private float spread(int i) {
            return sigmas[i] * signal(i);
        }

        private float lambda(int i) {
            return (float) Math.log(signal(i)) - (float) Math.log(spread(i));
        }

        private static float exp(float value) {
            return (float) Math.exp(value);
        }
    }
}
