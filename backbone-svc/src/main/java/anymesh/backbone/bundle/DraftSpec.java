// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

/**
 * A small model of the same tokenizer that guesses what the bundle's own is going to write.
 *
 * @param tokens the most that it guesses at a time
 */
public record DraftSpec(DecoderModel model, int tokens) {}
