// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a medium adds to the denoising that all of them share: the shape of its latents, and how latents become the
 * medium.
 */
sealed interface OutputSide permits PictureSide, SoundSide, ClipSide {

    /** The shape of the latents for a size; null is the native one. */
    LatentShape latents(@Nullable PictureSize size);

    /** What comes of these latents, in the same order; empty where it came to no numbers. */
    List<Optional<Media>> decode(List<Denoising> items, Function<Denoising, float[]> latents);
}
