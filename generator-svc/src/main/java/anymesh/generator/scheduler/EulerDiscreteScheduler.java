// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import org.jspecify.annotations.Nullable;

/** Euler steps along the probability flow ODE in sigma (Karras et al. 2022, algorithm 2 without churn). */
public final class EulerDiscreteScheduler implements Scheduler {

    private final float[] table;
    private final PredictionType prediction;
    private final SigmaSpacing sigmaSpacing;
    private final Timesteps spacing;
    private final int offset;
    private final boolean logLinear;
    private final boolean continuous;
    private final boolean endsAtZero;
    private final @Nullable Double sigmaMin;
    private final @Nullable Double sigmaMax;

    EulerDiscreteScheduler(SchedulerOptions options) {
        table = NoiseTable.of(options).withFiniteSigmas().sigmas();
        prediction = predictionOf(options);
        sigmaSpacing = SigmaSpacing.of(options, false);
        spacing = Timesteps.of(options, "linspace");
        offset = options.integer("steps_offset", 0, 0);
        endsAtZero = SigmaSpacing.endsAtZero(options);
        sigmaMin = options.optionalNumber("sigma_min");
        sigmaMax = options.optionalNumber("sigma_max");
        logLinear = options.choice("interpolation_type", "linear", "linear", "log_linear").equals("log_linear");
        continuous = options.choice("timestep_type", "discrete", "discrete", "continuous").equals("continuous")
                && prediction == PredictionType.V_PREDICTION;
        if (continuous && logLinear && sigmaSpacing == SigmaSpacing.TIMESTEPS) {
            // diffusers lays one more timestep than it was asked for here.
            throw options.refusal("interpolation_type", "linear with timestep_type continuous");
        }
    }

    private static PredictionType predictionOf(SchedulerOptions options) {
        return switch (options.choice("prediction_type", "epsilon", "epsilon", "sample", "original_sample",
                "v_prediction")) {
            case "sample", "original_sample" -> PredictionType.SAMPLE;
            case "v_prediction" -> PredictionType.V_PREDICTION;
            default -> PredictionType.EPSILON;
        };
    }

    @Override
    public SamplerState start(int steps, NoiseSource noise) {
        if (steps < 1 || steps > table.length) {
            throw new IllegalArgumentException("steps: " + steps + " (expected: 1 to " + table.length + ")");
        }
        double[] timesteps = spacing.lay(table.length, steps, steps, table.length, offset);
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = (float) timesteps[i];
        }
        double[] levels = logLinear ? logLinear(steps) : interpolated(timesteps);
        if (sigmaSpacing != SigmaSpacing.TIMESTEPS) {
            double max = SigmaSpacing.orElse(sigmaMax, levels[0]);
            double min = SigmaSpacing.orElse(sigmaMin, levels[levels.length - 1]);
            levels = sigmaSpacing.between(max, min, steps);
            timesteps = SigmaSpacing.timestepsOf(levels, table);
        }
        float[] sigmas = SigmaSpacing.closedBy(endsAtZero ? 0 : table[0], levels);
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = continuous ? 0.25f * (float) Math.log(sigmas[i]) : (float) timesteps[i];
        }
        return new State(timesteps, sigmas);
    }

    private double[] interpolated(double[] timesteps) {
        double[] levels = new double[timesteps.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = SigmaSpacing.interpolate(table, timesteps[i]);
        }
        return levels;
    }

    /** One level more than steps: with this option diffusers ends on the smallest sigma, whatever final_sigmas_type says. */
    private double[] logLinear(int steps) {
        float[] logs = NoiseTable.linspace((float) Math.log(table[table.length - 1]), (float) Math.log(table[0]),
                steps + 1);
        double[] levels = new double[logs.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (float) Math.exp(logs[i]);
        }
        return levels;
    }

    private final class State implements SamplerState {

        private final double[] timesteps;
        private final float[] sigmas;
        private float[] clean = new float[0];

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
            float max = 0;
            for (float sigma : sigmas) {
                max = Math.max(max, sigma);
            }
            return spacing == Timesteps.LEADING ? (float) Math.sqrt(max * max + 1) : max;
        }

        @Override
        public float inputDivisor(int i) {
            return (float) Math.sqrt(sigmas[i] * sigmas[i] + 1);
        }

        @Override
        public void step(int i, float[] output, float[] sample) {
            float sigma = sigmas[i];
            float stride = sigmas[i + 1] - sigma;
            float squared = sigma * sigma + 1;
            float velocityShare = -sigma / (float) Math.sqrt(squared);
            if (clean.length != sample.length) {
                clean = new float[sample.length];
            }
            for (int k = 0; k < sample.length; k++) {
                float x = sample[k];
                clean[k] = switch (prediction) {
                    case EPSILON -> x - sigma * output[k];
                    case SAMPLE -> output[k];
                    case V_PREDICTION -> output[k] * velocityShare + x / squared;
                };
                sample[k] = x + (x - clean[k]) / sigma * stride;
            }
        }

        @Override
        public float[] clean() {
            return clean;
        }
    }
}
