// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/**
 * The sample and the model of diffusers' own scheduler tests ({@code tests/schedulers/test_schedulers.py}): shape
 * [4, 3, 8, 8], a ramp in the wrong axis order, and a model that says {@code x * t / (t + 1)}.
 */
final class ToyDiffusion {

    private static final int COUNT = 4 * 3 * 8 * 8;

    private ToyDiffusion() {}

    static float[] sample() {
        return permuted(false);
    }

    static float[] noise() {
        return permuted(true);
    }

    static float[] scaledSample(float scale) {
        float[] sample = sample();
        for (int k = 0; k < COUNT; k++) {
            sample[k] *= scale;
        }
        return sample;
    }

    /** arange(N).reshape(3, 8, 8, 4) / N with the last axis moved to the front. */
    private static float[] permuted(boolean backwards) {
        float[] values = new float[COUNT];
        for (int batch = 0; batch < 4; batch++) {
            for (int k = 0; k < COUNT / 4; k++) {
                int number = k * 4 + batch;
                values[batch * COUNT / 4 + k] = (float) (backwards ? COUNT - 1 - number : number) / COUNT;
            }
        }
        return values;
    }

    /** As pipelines do it: the model sees the scaled sample, the step gets the sample itself. */
    static float[] denoise(SamplerState state, float[] sample) {
        for (int i = 0; i < state.steps(); i++) {
            state.step(i, model(scaled(sample, state.inputDivisor(i)), state.timestep(i)), sample);
        }
        return sample;
    }

    /** As diffusers' scheduler tests do it: the scaled sample goes on to the step too. */
    static float[] denoiseScaled(SamplerState state, float[] sample, int from) {
        float[] current = sample;
        for (int i = from; i < state.steps(); i++) {
            current = scaled(current, state.inputDivisor(i));
            state.step(i, model(current, state.timestep(i)), current);
        }
        return current;
    }

    private static float[] scaled(float[] sample, float divisor) {
        float[] scaled = new float[sample.length];
        for (int k = 0; k < sample.length; k++) {
            scaled[k] = sample[k] / divisor;
        }
        return scaled;
    }

    private static float[] model(float[] sample, double timestep) {
        float[] output = new float[sample.length];
        float t = (float) timestep;
        for (int k = 0; k < sample.length; k++) {
            output[k] = sample[k] * t / (t + 1);
        }
        return output;
    }

    static double sum(float[] sample) {
        double sum = 0;
        for (float value : sample) {
            sum += Math.abs(value);
        }
        return sum;
    }
}
