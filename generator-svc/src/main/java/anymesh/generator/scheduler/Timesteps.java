// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/**
 * Which training timesteps a run of n steps visits, highest first: diffusers' {@code timestep_spacing}. The schedulers differ
 * in rounding and in how many points they lay (DPM-Solver lays n+1 and drops the lowest), hence the parameters.
 */
enum Timesteps {
    LINSPACE, LEADING, TRAILING;

    static Timesteps of(SchedulerOptions options, String fallback) {
        return switch (options.choice("timestep_spacing", fallback, "linspace", "leading", "trailing")) {
            case "linspace" -> LINSPACE;
            case "leading" -> LEADING;
            default -> TRAILING;
        };
    }

    /**
     * @param last one more than the highest timestep
     * @param points how many points are laid; the {@code steps} highest are kept
     * @param total training timesteps, the distance that trailing divides; fewer than {@code steps} come out where
     *     {@code last} is so low that trailing reaches zero early
     */
    double[] lay(int last, int points, int steps, int total, int offset) {
        int count = this == TRAILING ? (int) Math.min(steps, Math.ceil(last / ((double) total / steps))) : steps;
        int stride = last / points;
        double[] timesteps = new double[count];
        for (int i = 0; i < count; i++) {
            timesteps[i] = switch (this) {
                case LINSPACE -> points == 1 ? 0 : (points - 1 - i) * ((double) (last - 1) / (points - 1));
                case LEADING -> (double) ((points - 1 - i) * stride + offset);
                case TRAILING -> Math.rint(last - i * ((double) total / steps)) - 1;
            };
        }
        return timesteps;
    }

    static double[] rounded(double[] timesteps) {
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = Math.rint(timesteps[i]);
        }
        return timesteps;
    }
}
