// SPDX-License-Identifier: Apache-2.0
/**
 * What the containers of sounds and films say of their own length in bytes, which the demuxers of ffmpeg believe too little to
 * notice that a file is cut off. Start here: {@link anymesh.kit.media.container.WholeFile}.
 *
 * <p>Nothing is unpacked here: each class walks the parts of a file, of which each says how long it is, and allocates nothing
 * that grows with it.
 */
@NullMarked
package anymesh.kit.media.container;

import org.jspecify.annotations.NullMarked;
