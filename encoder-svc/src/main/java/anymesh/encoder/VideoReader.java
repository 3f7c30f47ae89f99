// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.encoder.video.VideoProcessor;
import anymesh.kit.model.Tensor;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.Map;

/** A film to {@code pixel_values}. */
record VideoReader(VideoProcessor processor, String input) implements MediaReader {

    @Override
    public Map<String, Tensor> read(MediaItem item, CallContext call) {
        if (!item.hasMedia() || item.getMedia().isEmpty()) {
            throw new InvalidInput("a video item needs the bytes of a film");
        }
        return Map.of(input, processor.process(FileBytes.of(item.getMedia()), call));
    }
}
