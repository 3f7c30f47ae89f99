// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.encoder.audio.AudioProcessor;
import anymesh.kit.model.Tensor;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.Map;

/** A sound file, or a film's sound, to {@code input_features}. */
record AudioReader(AudioProcessor processor, String input) implements MediaReader {

    @Override
    public Map<String, Tensor> read(MediaItem item, CallContext call) {
        if (!item.hasMedia() || item.getMedia().isEmpty()) {
            throw new InvalidInput("an audio item needs the bytes of a sound");
        }
        return Map.of(input, processor.process(FileBytes.of(item.getMedia()), call));
    }
}
