// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Size;
import anymesh.kit.model.BundleException;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's {@code preprocessor_config.json} of an image processor, as far as its steps are known here: convert to
 * RGB, resize, centre crop, rescale, normalise, in this order. {@code size} is {@code {"shortest_edge": n}} or
 * {@code {"height": h, "width": w}}; {@code resample} is PIL's number.
 */
record ImageProcessorConfig(@JsonProperty("do_resize") @Nullable Boolean doResize, @Nullable JsonNode size,
        @Nullable Integer resample, @JsonProperty("do_center_crop") @Nullable Boolean doCenterCrop,
        @JsonProperty("crop_size") @Nullable JsonNode cropSize,
        @JsonProperty("do_rescale") @Nullable Boolean doRescale,
        @JsonProperty("rescale_factor") @Nullable Double rescaleFactor,
        @JsonProperty("do_normalize") @Nullable Boolean doNormalize,
        @JsonProperty("image_mean") @Nullable List<Double> imageMean,
        @JsonProperty("image_std") @Nullable List<Double> imageStd) {

    ImageProcessorConfig {
        if (Boolean.TRUE.equals(doNormalize) && (imageMean == null || imageStd == null || imageMean.size() != 3
                || imageStd.size() != 3)) {
            throw new BundleException("do_normalize needs image_mean and image_std of 3 numbers (found: %s, %s)"
                    .formatted(imageMean, imageStd));
        }
    }

    /** The size to resize a picture to, or its own if it is not resized. */
    Size resized(Size picture) {
        if (!Boolean.TRUE.equals(doResize)) {
            return picture;
        }
        if (size == null) {
            throw new BundleException("do_resize needs size");
        }
        if (size.has("shortest_edge")) {
            int shortest = size.get("shortest_edge").asInt();
            int longest = (int) ((long) shortest * Math.max(picture.width(), picture.height())
                    / Math.min(picture.width(), picture.height()));
            return picture.width() <= picture.height() ? new Size(shortest, longest) : new Size(longest, shortest);
        }
        return exact("size", size);
    }

    /** The size to crop to, or null if it is not cropped. */
    @Nullable
    Size cropped() {
        if (!Boolean.TRUE.equals(doCenterCrop)) {
            return null;
        }
        if (cropSize == null) {
            throw new BundleException("do_center_crop needs crop_size");
        }
        return exact("crop_size", cropSize);
    }

    private static Size exact(String key, JsonNode node) {
        int height = node.isInt() ? node.asInt() : node.path("height").asInt();
        int width = node.isInt() ? node.asInt() : node.path("width").asInt();
        if (height < 1 || width < 1) {
            throw new BundleException("%s: %s (expected: height and width, or shortest_edge)".formatted(key, node));
        }
        return new Size(width, height);
    }
}
