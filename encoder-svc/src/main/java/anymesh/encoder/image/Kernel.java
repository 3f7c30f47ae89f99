// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

/** For one output sample of a resampling: where its input begins, and the weights of what follows, in 22-bit fixed point. */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Kernel(int start, int[] weights) {
    static final int PRECISION = 22;
    static final int HALF = 1 << (PRECISION - 1);

    /** The input after the last one with a weight. */
    int end() {
        return start + weights.length;
    }

    /** A weighted sum, begun with {@link #HALF}, as a byte. */
    static byte rounded(int sum) {
        return (byte) Math.clamp(sum >> PRECISION, 0, 255);
    }
}
