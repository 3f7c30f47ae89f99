// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

/**
 * How far forecasts have been from what came: others may have work for the same instances, or for their machine. Kept as a mean
 * and a mean deviation, as TCP keeps its round trips (RFC 6298), and with as many deviations above the mean: what slows a machine
 * down slows all down that wait just then, so that errors come in bursts, and the two that 19 of 20 normal errors stay below were too few.
 */
final class Trust {
    private static final double NEWEST = 0.1;
    private static final double DEVIATIONS = 4;
    private static final double MOST = 8;

    private double mean = 1;
    private double deviation;

    /** So long it took, for each second that was forecast. */
    void learn(double ratio) {
        double now = Math.clamp(ratio, 1 / MOST, MOST);
        deviation += NEWEST * (Math.abs(now - mean) - deviation);
        mean += NEWEST * (now - mean);
    }

    /** What is usual of late. */
    double mean() {
        return mean;
    }

    /** What to multiply a forecast with so that what comes stays below it; never less than 1. */
    double bound() {
        return Math.clamp(mean + DEVIATIONS * deviation, 1, MOST);
    }
}
