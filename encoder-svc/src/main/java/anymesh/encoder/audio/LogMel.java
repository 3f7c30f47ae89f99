// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.audio;

import java.util.Arrays;

/**
 * Whisper's log-mel spectrogram as {@code WhisperFeatureExtractor} computes it: the sound padded with zeros to one length, centred
 * frames with reflected ends, a periodic Hann window, powers, mel bands, the logarithm to base 10, all raised to no less than 8
 * below the highest, then {@code (x + 4) / 4}. Thread-safe.
 */
final class LogMel {
    private static final double FLOOR = 1e-10;
    private static final double RANGE = 8;

    private final int bands;
    private final int samplingRate;
    private final int nFft;
    private final int hop;
    private final int samples;
    private final double[] window;
    private final Fourier fourier;
    private final MelFilters filters;

    LogMel(int bands, int samplingRate, int nFft, int hop, int samples) {
        this.bands = bands;
        this.samplingRate = samplingRate;
        this.nFft = nFft;
        this.hop = hop;
        this.samples = samples;
        window = new double[nFft];
        for (int i = 0; i < nFft; i++) {
            window[i] = 0.5 - 0.5 * Math.cos(2 * Math.PI * i / nFft);
        }
        fourier = new Fourier(nFft);
        filters = new MelFilters(bands, nFft / 2 + 1, samplingRate);
    }

    int samplingRate() {
        return samplingRate;
    }

    int bands() {
        return bands;
    }

    /** How long a sound is heard, in seconds. */
    double seconds() {
        return samples / (double) samplingRate;
    }

    /** The last frame of the transform is dropped, as Whisper does. */
    int frames() {
        return samples / hop;
    }

    /** {@code [bands, frames]}, row by row. */
    float[] of(float[] sound) {
        var padded = Arrays.copyOf(sound, samples);
        var logs = new double[bands * frames()];
        double highest = Double.NEGATIVE_INFINITY;
        var frame = new double[nFft];
        for (int t = 0; t < frames(); t++) {
            for (int i = 0; i < nFft; i++) {
                frame[i] = window[i] * padded[reflected(t * hop + i - nFft / 2)];
            }
            var power = fourier.power(frame);
            for (int band = 0; band < bands; band++) {
                double log = Math.log10(Math.max(FLOOR, filters.apply(band, power)));
                highest = Math.max(highest, log);
                logs[band * frames() + t] = log;
            }
        }
        var features = new float[logs.length];
        for (int i = 0; i < logs.length; i++) {
            features[i] = (float) ((Math.max(logs[i], highest - RANGE) + 4) / 4);
        }
        return features;
    }

    private int reflected(int index) {
        int inside = Math.abs(index);
        return inside < samples ? inside : 2 * (samples - 1) - inside;
    }
}
