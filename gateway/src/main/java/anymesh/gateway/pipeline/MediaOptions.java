// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.pipeline;

import anymesh.gateway.routing.OutputNeeds;
import anymesh.v1.Modality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How media are to be made. Absent options are the generator's to choose. The k-th media of an answer is made with
 * {@code seed + k}, so that an answer can be made again as a whole and its parts still differ.
 *
 * @param copies how many to make of each signal
 * @param size {@code WIDTHxHEIGHT}, one that the generator declares; null for its native one
 * @param mimeTypes the kind of file to write, where it is not to be the generator's own
 * @param quality of pictures in files that have one, 0 to 100; null for the generator's choice
 * @param previews how often to show of a picture on the way what it may become
 * @param soundtrack whether the sounds of the answer also go into its films
 */
public record MediaOptions(int copies, @Nullable Long seed, @Nullable Integer steps, @Nullable Float guidanceScale,
        @Nullable String size, Map<Modality, String> mimeTypes, @Nullable Integer quality, int previews,
        boolean soundtrack) {
    public MediaOptions {
        mimeTypes = Map.copyOf(mimeTypes);
    }

    /** One of each, as the generator likes it. */
    public static MediaOptions withSeed(@Nullable Long seed) {
        return new MediaOptions(1, seed, null, null, null, Map.of(), null, 0, false);
    }

    /** The same for one medium of this seed. */
    MediaOptions withOneOf(long newSeed) {
        return new MediaOptions(1, newSeed, steps, guidanceScale, size, mimeTypes, quality, 0, false);
    }

    /** The same with another seed. */
    MediaOptions withSeedOf(@Nullable Long other) {
        return new MediaOptions(copies, other, steps, guidanceScale, size, mimeTypes, quality, previews, soundtrack);
    }

    /** What the generator has to be able to do. */
    public OutputNeeds needs() {
        return new OutputNeeds(size, steps, guidanceScale);
    }

    /** The same, written as files of these types. */
    public MediaOptions withMimeTypes(Map<Modality, String> types) {
        return new MediaOptions(copies, seed, steps, guidanceScale, size, types, quality, previews, soundtrack);
    }

    /** The same, with so many previews of each picture. */
    public MediaOptions withPreviews(int wanted) {
        return new MediaOptions(copies, seed, steps, guidanceScale, size, mimeTypes, quality, wanted, soundtrack);
    }

    /** The same, with or without sound in films. */
    public MediaOptions withSoundtrack(boolean wanted) {
        return new MediaOptions(copies, seed, steps, guidanceScale, size, mimeTypes, quality, previews, wanted);
    }
}
