// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.jobs;

import anymesh.v1.Modality;
import org.jspecify.annotations.Nullable;

/**
 * What a film was asked for with: all that is needed to make it, now or on another gateway.
 *
 * @param seed one is always chosen, so that another attempt makes the same film
 * @param size {@code WIDTHxHEIGHT}; null for the generator's own
 * @param reference what the prompt is about; null where it stands for itself
 * @param remixed the film that this one is a change of; null if it is none
 * @param key whoever asks, for routes that are sticky
 */
public record VideoOrder(String model, String prompt, long seed, @Nullable String size, @Nullable Integer steps,
        @Nullable Float guidanceScale, @Nullable Reference reference, @Nullable Remixed remixed, @Nullable String key) {

    /** The same with what it is about. */
    public VideoOrder with(Reference file) {
        return new VideoOrder(model, prompt, seed, size, steps, guidanceScale, file, remixed, key);
    }

    /** A file that came with the request and waits in the media store. */
    public record Reference(Modality modality, StoredMedium file, String param) {}

    /** The film that is to be changed, and what it was asked for with. The reference then is that film. */
    public record Remixed(String id, String prompt) {}
}
