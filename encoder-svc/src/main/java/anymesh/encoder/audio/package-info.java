// SPDX-License-Identifier: Apache-2.0
/**
 * Sounds: from a file's bytes to the tensor that an audio encoder takes. Start here:
 * {@link anymesh.encoder.audio.AudioProcessor}.
 */
@NullMarked
package anymesh.encoder.audio;

import org.jspecify.annotations.NullMarked;
