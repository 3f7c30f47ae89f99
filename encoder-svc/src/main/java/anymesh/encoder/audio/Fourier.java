// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.audio;

/**
 * The power spectrum of real frames of one length, by a mixed-radix fast Fourier transform (Cooley and Tukey's, split by the
 * smallest prime factor of the length): Whisper's frames are 400 long, which is no power of two. Thread-safe.
 */
final class Fourier {
    private final int length;
    private final double[] cosine;
    private final double[] sine;

    Fourier(int length) {
        this.length = length;
        cosine = new double[length];
        sine = new double[length];
        for (int i = 0; i < length; i++) {
            cosine[i] = Math.cos(2 * Math.PI * i / length);
            sine[i] = -Math.sin(2 * Math.PI * i / length);
        }
    }

    /** Squared magnitudes of the frequencies 0 to {@code length / 2}. */
    double[] power(double[] frame) {
        var re = new double[length];
        var im = new double[length];
        transform(frame, 0, 1, length, re, im, 0);
        var power = new double[length / 2 + 1];
        for (int k = 0; k < power.length; k++) {
            power[k] = re[k] * re[k] + im[k] * im[k];
        }
        return power;
    }

    /** Transforms {@code count} numbers of the frame, {@code step} apart, into {@code count} places from {@code at} on. */
    private void transform(double[] frame, int from, int step, int count, double[] re, double[] im, int at) {
        if (count == 1) {
            re[at] = frame[from];
            return;
        }
        int radix = smallestFactor(count);
        int part = count / radix;
        for (int i = 0; i < radix; i++) {
            transform(frame, from + i * step, step * radix, part, re, im, at + i * part);
        }
        var partRe = new double[radix];
        var partIm = new double[radix];
        for (int k = 0; k < part; k++) {
            for (int i = 0; i < radix; i++) {
                partRe[i] = re[at + i * part + k];
                partIm[i] = im[at + i * part + k];
            }
            for (int j = 0; j < radix; j++) {
                int frequency = k + j * part;
                double sumRe = 0;
                double sumIm = 0;
                for (int i = 0; i < radix; i++) {
                    int turn = (int) ((long) i * frequency * step % length);
                    sumRe += partRe[i] * cosine[turn] - partIm[i] * sine[turn];
                    sumIm += partRe[i] * sine[turn] + partIm[i] * cosine[turn];
                }
                re[at + frequency] = sumRe;
                im[at + frequency] = sumIm;
            }
        }
    }

    private static int smallestFactor(int number) {
        for (int factor = 2; factor * factor <= number; factor++) {
            if (number % factor == 0) {
                return factor;
            }
        }
        return number;
    }
}
