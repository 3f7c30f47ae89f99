// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.media.Clip;

/** A film that a pipeline made. */
public record GeneratedClip(Clip clip) implements Media {
    @Override
    public long elements() {
        return (long) clip.frames().size() * clip.width() * clip.height();
    }
}
