// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

/**
 * What becomes of a distribution before a token is drawn from it, in this order; transformers calls these its logits warpers.
 *
 * @param temperature 0 for the likeliest token alone, up to 2
 * @param topK how many of the likeliest tokens may be drawn; 0 for all
 * @param topP the share of probability, likeliest tokens first, that may be drawn from (nucleus sampling, Holtzman et al.
 *        2020); 1 for all, 0 for the likeliest token alone
 * @param minP the least probability, as a share of the likeliest token's (Nguyen et al. 2024); 0 for any
 */
public record Warping(float temperature, int topK, float topP, float minP) {
    /** The likeliest token. */
    public static final Warping GREEDY = new Warping(0, 0, 1, 0);

    /** Whether some tokens can't be drawn. */
    boolean cuts() {
        return topK > 0 || topP < 1 || minP > 0;
    }
}
