// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

/** What a denoiser is conditioned on: so many tokens of so many numbers. */
public record ConditionShape(int tokens, int width) {

    public int numbers() {
        return tokens * width;
    }
}
