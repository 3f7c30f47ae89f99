// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import anymesh.encoder.image.ImageProcessor;
import anymesh.encoder.image.PictureDecoder;
import anymesh.kit.model.Tensor;
import anymesh.v1.MediaItem;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.util.Map;

/** A picture file to {@code pixel_values}. */
record ImageReader(PictureDecoder decoder, ImageProcessor processor, String input) implements MediaReader {

    @Override
    public Map<String, Tensor> read(MediaItem item, CallContext call) {
        if (!item.hasMedia() || item.getMedia().isEmpty()) {
            throw new InvalidInput("an image item needs the bytes of a picture");
        }
        return Map.of(input, processor.process(item.getMedia().asReadOnlyByteBuffer(), decoder, call));
    }
}
