// SPDX-License-Identifier: Apache-2.0
/**
 * The modality encoder, equation 1: F_X = ME_X(I_X). Start here: {@link anymesh.encoder.EncoderMain}, then
 * {@link anymesh.encoder.EncoderStage}. Decoding runs on the caller's virtual thread, the models on a worker each.
 */
@NullMarked
package anymesh.encoder;

import org.jspecify.annotations.NullMarked;
