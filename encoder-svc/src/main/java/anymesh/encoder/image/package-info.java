// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures: from a file's bytes to the tensor that an image encoder takes. Start here:
 * {@link anymesh.encoder.image.ImageProcessor}, then {@link anymesh.encoder.image.PictureDecoder}.
 */
@NullMarked
package anymesh.encoder.image;

import org.jspecify.annotations.NullMarked;
