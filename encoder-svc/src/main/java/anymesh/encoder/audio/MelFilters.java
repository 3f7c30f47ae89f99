// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.audio;

/**
 * Slaney's mel filter bank with triangles of equal area, from 0 to 8000 Hz: {@code mel_filter_bank} of transformers with
 * {@code norm="slaney"} and {@code mel_scale="slaney"}, as {@code WhisperFeatureExtractor} calls it.
 */
final class MelFilters {
    private static final double TOP = 8000;
    /** Linear below 1000 Hz, which is mel 15, and logarithmic above. */
    private static final double CORNER_HERTZ = 1000;
    private static final double CORNER_MEL = 15;
    private static final double LOG_STEP = Math.log(6.4) / 27;

    private final double[][] weights;

    MelFilters(int bands, int frequencies, int samplingRate) {
        var edges = new double[bands + 2];
        for (int i = 0; i < edges.length; i++) {
            edges[i] = hertz(mel(TOP) * i / (bands + 1));
        }
        weights = new double[bands][frequencies];
        for (int band = 0; band < bands; band++) {
            double area = 2 / (edges[band + 2] - edges[band]);
            for (int k = 0; k < frequencies; k++) {
                double hertz = samplingRate / 2.0 * k / (frequencies - 1);
                double rise = (hertz - edges[band]) / (edges[band + 1] - edges[band]);
                double fall = (edges[band + 2] - hertz) / (edges[band + 2] - edges[band + 1]);
                weights[band][k] = area * Math.max(0, Math.min(rise, fall));
            }
        }
    }

    double apply(int band, double[] power) {
        double sum = 0;
        for (int k = 0; k < power.length; k++) {
            sum += weights[band][k] * power[k];
        }
        return sum;
    }

    private static double mel(double hertz) {
        return hertz < CORNER_HERTZ
                ? hertz * CORNER_MEL / CORNER_HERTZ
                : CORNER_MEL + Math.log(hertz / CORNER_HERTZ) / LOG_STEP;
    }

    private static double hertz(double mel) {
        return mel < CORNER_MEL
                ? mel * CORNER_HERTZ / CORNER_MEL
                : CORNER_HERTZ * Math.exp((mel - CORNER_MEL) * LOG_STEP);
    }
}
