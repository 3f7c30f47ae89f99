// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/**
 * How much signal is left at each training timestep: {@code alphasCumprod[t]}, float32, falling. Made the way torch makes it
 * (linspace with fused multiply-add, cumulative products accumulated in double), down to the last bit for linear betas.
 */
final class NoiseTable {

    /** diffusers' stand-in for a terminal alpha of 0 where sigma must stay finite (1/sigma² = 2⁻²⁴). */
    static final float NEARLY_ZERO = 0x1p-24f;

    private final float[] alphasCumprod;

    private NoiseTable(float[] alphasCumprod) {
        this.alphasCumprod = alphasCumprod;
    }

    static NoiseTable of(SchedulerOptions options) {
        int timesteps = options.integer("num_train_timesteps", 1000, 2);
        double start = options.number("beta_start", 0.0001);
        double end = options.number("beta_end", 0.02);
        double[] trained = options.numbers("trained_betas");
        String shape = options.choice("beta_schedule", "linear", "linear", "scaled_linear", "squaredcos_cap_v2");
        float[] betas;
        if (trained != null) {
            if (trained.length != timesteps) {
                throw options.refusal("trained_betas", timesteps + " numbers, one per training timestep");
            }
            betas = new float[timesteps];
            for (int t = 0; t < timesteps; t++) {
                betas[t] = (float) trained[t];
            }
        } else {
            betas = switch (shape) {
                case "scaled_linear" -> squares(linspace(Math.sqrt(start), Math.sqrt(end), timesteps));
                case "squaredcos_cap_v2" -> squaredCosine(timesteps);
                default -> linspace(start, end, timesteps);
            };
        }
        if (options.flag("rescale_betas_zero_snr", false)) {
            betas = zeroTerminalSnr(betas);
        }
        return new NoiseTable(cumulativeAlphas(betas));
    }

    int timesteps() {
        return alphasCumprod.length;
    }

    float alphaCumprod(int timestep) {
        return alphasCumprod[timestep];
    }

    boolean endsInPureNoise() {
        return alphasCumprod[alphasCumprod.length - 1] == 0;
    }

    /** The table for samplers that work with sigmas, which a terminal alpha of 0 would make infinite. */
    NoiseTable withFiniteSigmas() {
        if (!endsInPureNoise()) {
            return this;
        }
        float[] finite = alphasCumprod.clone();
        finite[finite.length - 1] = NEARLY_ZERO;
        return new NoiseTable(finite);
    }

    /** Noise over signal at every training timestep, √((1-a)/a), rising. */
    float[] sigmas() {
        float[] sigmas = new float[alphasCumprod.length];
        for (int t = 0; t < sigmas.length; t++) {
            sigmas[t] = (float) Math.sqrt((1 - alphasCumprod[t]) / alphasCumprod[t]);
        }
        return sigmas;
    }

    /** {@code torch.linspace} in float32: from both ends to the middle, fused. */
    static float[] linspace(double from, double to, int count) {
        float start = (float) from;
        float end = (float) to;
        float step = count == 1 ? 0 : (end - start) / (count - 1);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i < count / 2 || count == 1 ? Math.fma(step, i, start) : Math.fma(-step, count - 1 - i, end);
        }
        return values;
    }

    private static float[] squares(float[] values) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= values[i];
        }
        return values;
    }

    /** Nichol and Dhariwal 2021, eq. 17, with betas capped at 0.999. */
    private static float[] squaredCosine(int timesteps) {
        float[] betas = new float[timesteps];
        for (int t = 0; t < timesteps; t++) {
            double left = signalLeft((double) (t + 1) / timesteps) / signalLeft((double) t / timesteps);
            betas[t] = (float) Math.min(1 - left, 0.999);
        }
        return betas;
    }

    private static double signalLeft(double time) {
        double cosine = Math.cos((time + 0.008) / 1.008 * Math.PI / 2);
        return cosine * cosine;
    }

    /** Lin et al. 2023, algorithm 1: shifts and stretches √a so that the last timestep is pure noise. */
    private static float[] zeroTerminalSnr(float[] betas) {
        float[] roots = cumulativeAlphas(betas);
        for (int t = 0; t < roots.length; t++) {
            roots[t] = (float) Math.sqrt(roots[t]);
        }
        float first = roots[0];
        float last = roots[roots.length - 1];
        float stretch = first / (first - last);
        float[] rescaled = new float[betas.length];
        float before = 1;
        for (int t = 0; t < betas.length; t++) {
            float root = (roots[t] - last) * stretch;
            float alphaBar = root * root;
            rescaled[t] = 1 - alphaBar / before;
            before = alphaBar;
        }
        return rescaled;
    }

    private static float[] cumulativeAlphas(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1 - betas[t];
            products[t] = (float) product;
        }
        return products;
    }
}
