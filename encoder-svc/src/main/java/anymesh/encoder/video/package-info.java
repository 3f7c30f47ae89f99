// SPDX-License-Identifier: Apache-2.0
/**
 * Films: from a file's bytes to the tensor that a video encoder takes. Start here:
 * {@link anymesh.encoder.video.VideoProcessor}.
 */
@NullMarked
package anymesh.encoder.video;

import org.jspecify.annotations.NullMarked;
