// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A film: frames of one size, so many a second, and the sound that runs beside them; null for a silent one. */
public record Clip(List<VideoFrame> frames, double framesPerSecond, @Nullable Sound sound) {

    public Clip {
        frames = List.copyOf(frames);
        if (frames.isEmpty() || !(framesPerSecond > 0)) {
            throw new IllegalArgumentException(
                    "%d frames at %s a second (expected: > 0)".formatted(frames.size(), framesPerSecond));
        }
        for (var frame : frames) {
            if (frame.width() != frames.getFirst().width() || frame.height() != frames.getFirst().height()) {
                throw new IllegalArgumentException("frames of different sizes");
            }
        }
    }

    public int width() {
        return frames.getFirst().width();
    }

    public int height() {
        return frames.getFirst().height();
    }

    public double seconds() {
        return frames.size() / framesPerSecond;
    }
}
