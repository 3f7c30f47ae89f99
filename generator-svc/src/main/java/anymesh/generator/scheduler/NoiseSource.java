// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.scheduler;

/** Standard normal numbers, drawn a whole tensor at a time. */
@FunctionalInterface
public interface NoiseSource {

    /** Fills {@code out} with independent draws from N(0, 1). */
    void fill(float[] out);
}
