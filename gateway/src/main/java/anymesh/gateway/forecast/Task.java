// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import anymesh.gateway.routing.Hop;
import anymesh.gateway.routing.PictureSize;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a release has to do for a request, as far as it is known beforehand.
 *
 * @param count how many of them: media, or one answer of a backbone
 * @param rows of a batch that each of them takes
 * @param steps denoising steps; null for as many as it usually takes
 * @param area pixels of a frame; 1 where there are none
 */
public record Task(Hop hop, int count, int rows, @Nullable Integer steps, long area) {
    /** So many answers of a backbone. */
    public static Task answers(Hop backbone, int count) {
        return new Task(backbone, count, 1, 1, 1);
    }

    /**
     * Media of a generator.
     *
     * @param size {@code WIDTHxHEIGHT}; null for its native one
     */
    public static Task media(Hop generator, int count, int rows, @Nullable Integer steps, @Nullable String size) {
        return new Task(generator, count, rows, steps, Optional.ofNullable(size)
                .or(() -> generator.sizes().stream().findFirst()).flatMap(PictureSize::find).map(PictureSize::area)
                .orElse(1L));
    }
}
