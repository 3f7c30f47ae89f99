// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

/** One channel of sound: samples in [-1, 1], so many a second. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Sound(float[] samples, int samplingRate) {

    public Sound {
        if (samplingRate < 1) {
            throw new IllegalArgumentException("samplingRate %d (expected: > 0)".formatted(samplingRate));
        }
    }

    public double seconds() {
        return samples.length / (double) samplingRate;
    }
}
