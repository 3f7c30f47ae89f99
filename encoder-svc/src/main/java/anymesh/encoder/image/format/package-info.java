// SPDX-License-Identifier: Apache-2.0
/**
 * What a picture's file says of itself, read without decoding it: kind, size, orientation, transparency, what decoding takes,
 * and whether the file is whole. Start here: {@link anymesh.encoder.image.format.PictureFile}. All of it is pure and takes time
 * in proportion to the file.
 */
@NullMarked
package anymesh.encoder.image.format;

import org.jspecify.annotations.NullMarked;
