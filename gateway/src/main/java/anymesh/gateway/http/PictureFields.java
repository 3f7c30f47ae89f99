// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

import anymesh.gateway.pipeline.MediaOptions;
import anymesh.kit.media.PictureFormat;
import anymesh.v1.Modality;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How pictures are wanted, as OpenAI names it wherever pictures are made. */
final class PictureFields {
    private static final int MAX_PARTIALS = 3;
    private static final int MAX_QUALITY = 100;

    private PictureFields() {}

    /** These options, with the size and the file that the fields ask for. */
    static MediaOptions read(Fields picture, MediaOptions options) {
        PictureFormat format = MediaChoices.format(picture, "output_format", PictureFormat.values()).orElse(null);
        return new MediaOptions(options.copies(), options.seed(), options.steps(), options.guidanceScale(),
                size(picture), format == null ? Map.of() : Map.of(Modality.IMAGE, format.mimeType()),
                quality(picture, format), options.previews(), options.soundtrack());
    }

    /** How often to show what a picture may become. */
    static int previews(Fields picture) {
        Long previews = picture.integer("partial_images", 0, MAX_PARTIALS);
        return previews == null ? 0 : previews.intValue();
    }

    private static @Nullable Integer quality(Fields picture, @Nullable PictureFormat format) {
        Long quality = picture.integer("output_compression", 0, MAX_QUALITY);
        if (quality == null) {
            return null;
        }
        boolean isLossless = format == null || format == PictureFormat.PNG;
        if (isLossless && quality < MAX_QUALITY) {
            throw picture.invalid("output_compression",
                    "Invalid '%s': a PNG has no quality to choose; expected 100, or another 'output_format'.");
        }
        return quality.intValue();
    }

    /** Whether a generator draws in this size is known when one has been chosen. */
    private static @Nullable String size(Fields picture) {
        String size = picture.string("size");
        if (size == null || size.equals("auto")) {
            return null;
        }
        if (!MediaFields.SIZE.matcher(size).matches()) {
            throw picture.invalid("size", "Invalid '%s': '%s' is not supported; expected 'auto' or WIDTHxHEIGHT.",
                    Fields.abbreviated(size));
        }
        return size;
    }
}
