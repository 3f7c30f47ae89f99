// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Noise levels chosen by a formula instead of by timesteps, and the timestep that belongs to a noise level. */
enum SigmaSpacing {
    /** By timesteps. */
    TIMESTEPS,
    /** Karras et al. 2022, eq. 5, rho 7. */
    KARRAS,
    /** Even steps of log sigma. */
    EXPONENTIAL,
    /** Lu et al. 2022: even steps of lambda = -log sigma. Exponential but for roundings. */
    LU;

    private static final double RHO = 7;

    /** Reads the {@code use_*} options; at most one may be on, as in diffusers. */
    static SigmaSpacing of(SchedulerOptions options, boolean knowsLu) {
        options.refuseIfOn("use_beta_sigmas");
        boolean karras = options.flag("use_karras_sigmas", false);
        boolean exponential = options.flag("use_exponential_sigmas", false);
        boolean lu = knowsLu && options.flag("use_lu_lambdas", false);
        if (karras && exponential) {
            throw options.refusal("use_exponential_sigmas", "false while use_karras_sigmas is true");
        }
        if (lu && (karras || exponential)) {
            throw options.refusal("use_lu_lambdas", "false while another use_* option is true");
        }
        return karras ? KARRAS : exponential ? EXPONENTIAL : lu ? LU : TIMESTEPS;
    }

    /** {@code steps} noise levels from {@code max} down to {@code min}. Not for {@link #TIMESTEPS}. */
    double[] between(double max, double min, int steps) {
        return switch (this) {
            case TIMESTEPS -> throw new IllegalStateException("noise levels follow the timesteps");
            case KARRAS -> ramp(Math.pow(max, 1 / RHO), Math.pow(min, 1 / RHO), steps, level -> Math.pow(level, RHO));
            case EXPONENTIAL -> ramp(Math.log(max), Math.log(min), steps, Math::exp);
            // The ends as float32: at double precision the first timestep may be cut to one below the last trained.
            case LU -> ramp((float) Math.log(max), (float) Math.log(min), steps, Math::exp);
        };
    }

    private static double[] ramp(double from, double to, int steps, DoubleUnaryOperator back) {
        double[] levels = new double[steps];
        for (int i = 0; i < steps; i++) {
            double part = steps == 1 ? 0 : (double) i / (steps - 1);
            levels[i] = back.applyAsDouble(from + part * (to - from));
        }
        return levels;
    }

    /** {@code np.interp} of a table over 0, 1, 2…: linear between neighbours, constant outside. */
    static double interpolate(float[] table, double at) {
        if (at >= table.length - 1) {
            return table[table.length - 1];
        }
        if (at <= 0) {
            return table[0];
        }
        int below = (int) at;
        return ((double) table[below + 1] - table[below]) * (at - below) + table[below];
    }

    /** The fractional timestep at which the table has this sigma, by interpolation of logarithms. */
    static double timestepOf(double sigma, float[] sigmas) {
        double log = Math.log(Math.max(sigma, 1e-10));
        int low = 0;
        for (int t = 1; t < sigmas.length - 1 && (float) Math.log(sigmas[t]) <= log; t++) {
            low = t;
        }
        double below = (float) Math.log(sigmas[low]);
        double above = (float) Math.log(sigmas[low + 1]);
        double weight = Math.clamp((below - log) / (below - above), 0, 1);
        return (1 - weight) * low + weight * (low + 1);
    }

    static double[] timestepsOf(double[] levels, float[] sigmas) {
        double[] timesteps = new double[levels.length];
        for (int i = 0; i < levels.length; i++) {
            timesteps[i] = timestepOf(levels[i], sigmas);
        }
        return timesteps;
    }

    /** As float32, with {@code last} behind. */
    static float[] closedBy(double last, double[] levels) {
        float[] closed = new float[levels.length + 1];
        for (int i = 0; i < levels.length; i++) {
            closed[i] = (float) levels[i];
        }
        closed[levels.length] = (float) last;
        return closed;
    }

    /** What the run ends on: {@code final_sigmas_type} zero or the table's smallest. */
    static boolean endsAtZero(SchedulerOptions options) {
        return options.choice("final_sigmas_type", "zero", "zero", "sigma_min").equals("zero");
    }

    static double orElse(@Nullable Double configured, double fallback) {
        return configured == null ? fallback : configured;
    }
}
