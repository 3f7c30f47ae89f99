// SPDX-License-Identifier: Apache-2.0
/**
 * Sound and video: from files to samples and frames, and back. Start here: {@link anymesh.kit.media.MediaCodec}; for pictures
 * that are large or unusual, {@link anymesh.kit.media.PictureCodec}.
 *
 * <p>Files of strangers are unpacked by ffmpeg in a child process with limits ({@link anymesh.kit.media.Ffmpeg}, the only class
 * that starts one), so that a crash or a bomb stays outside of this process. All calls block: they belong on callers' virtual
 * threads, never on an event loop or on the worker that owns a model.
 */
@NullMarked
package anymesh.kit.media;

import org.jspecify.annotations.NullMarked;
