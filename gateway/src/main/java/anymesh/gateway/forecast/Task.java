// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.forecast;

import anymesh.gateway.routing.Hop;
import com.google.common.base.Splitter;
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
    private static final Splitter SIZE = Splitter.on('x');

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
        return new Task(generator, count, rows, steps,
                area(size != null ? size : generator.sizes().stream().findFirst().orElse("")));
    }

    private static long area(String size) {
        var sides = SIZE.splitToList(size);
        try {
            return sides.size() == 2 ? Math.max(1, Long.parseLong(sides.get(0)) * Long.parseLong(sides.get(1))) : 1;
        } catch (NumberFormatException _) {
            return 1; // whoever can't draw in it says so
        }
    }
}
