// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/**
 * {@code torch.Generator("cpu").manual_seed(seed)} with {@code torch.randn}: the same numbers to about 5e-7 (torch evaluates
 * logarithm and cosine with its own vector code), so that a seed means the same picture as in diffusers. Not thread-safe.
 *
 * <p>Source: {@code aten/src/ATen/core/MT19937RNGEngine.h} (Matsumoto and Nishimura's MT19937) and
 * {@code aten/src/ATen/native/cpu/DistributionTemplates.h} ({@code normal_fill}). CUDA's generator draws other numbers.
 */
public final class TorchGenerator implements NoiseSource {

    private static final int N = 624;
    private static final int M = 397;
    private static final int BLOCK = 16;

    private final int[] state = new int[N];
    private int next = N;
    private double spareNormal = Double.NaN;

    /** The seed is an unsigned 64-bit number of which, as in torch, only the low 32 bits count. */
    public TorchGenerator(long seed) {
        state[0] = (int) seed;
        for (int i = 1; i < N; i++) {
            state[i] = 1_812_433_253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    @Override
    public void fill(float[] out) {
        if (out.length < BLOCK) {
            fillShort(out);
            return;
        }
        for (int i = 0; i < out.length; i++) {
            out[i] = nextFloat();
        }
        for (int i = 0; i + BLOCK <= out.length; i += BLOCK) {
            boxMuller(out, i);
        }
        if (out.length % BLOCK != 0) {
            int tail = out.length - BLOCK;
            for (int i = tail; i < out.length; i++) {
                out[i] = nextFloat();
            }
            boxMuller(out, tail);
        }
    }

    private static void boxMuller(float[] data, int at) {
        for (int j = at; j < at + BLOCK / 2; j++) {
            float radius = (float) Math.sqrt(-2 * (float) Math.log(1 - data[j]));
            float theta = 2 * (float) Math.PI * data[j + BLOCK / 2];
            data[j] = radius * (float) Math.cos(theta);
            data[j + BLOCK / 2] = radius * (float) Math.sin(theta);
        }
    }

    /** Tensors of fewer than 16 numbers go another way in torch: one by one in double precision, the sine kept for the next. */
    private void fillShort(float[] out) {
        for (int i = 0; i < out.length; i++) {
            if (Double.isNaN(spareNormal)) {
                double theta = 2 * Math.PI * nextDouble();
                double radius = Math.sqrt(-2 * Math.log1p(-nextDouble()));
                out[i] = (float) (radius * Math.cos(theta));
                spareNormal = radius * Math.sin(theta);
            } else {
                out[i] = (float) spareNormal;
                spareNormal = Double.NaN;
            }
        }
    }

    private float nextFloat() {
        return (nextInt() & 0xFF_FFFF) * 0x1p-24f;
    }

    private double nextDouble() {
        long high = Integer.toUnsignedLong(nextInt());
        long bits = high << 32 | Integer.toUnsignedLong(nextInt());
        return (bits & (1L << 53) - 1) * 0x1p-53;
    }

    private int nextInt() {
        if (next == N) {
            twist();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= y << 7 & 0x9d2c5680;
        y ^= y << 15 & 0xefc60000;
        return y ^ y >>> 18;
    }

    private void twist() {
        for (int i = 0; i < N; i++) {
            int joined = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
            state[i] = state[(i + M) % N] ^ joined >>> 1 ^ ((joined & 1) == 0 ? 0 : 0x9908b0df);
        }
        next = 0;
    }
}
