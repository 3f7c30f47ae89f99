// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.media.Sound;

/** A sound that a pipeline made. */
public record GeneratedSound(Sound sound) implements Media {
    @Override
    public long elements() {
        return sound.samples().length;
    }
}
