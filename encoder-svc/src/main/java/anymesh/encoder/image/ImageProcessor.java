// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.Tensor;
import anymesh.wire.error.InvalidInput;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * From the bytes of a picture to {@code pixel_values} {@code [3, H, W]} float32, by a Hugging Face image processor config:
 * RGB, resize, centre crop, rescale, normalise. Thread-safe.
 */
public final class ImageProcessor {
    private static final int PIL_BICUBIC = 3;

    private final ImageProcessorConfig config;
    private final Resampler resampler;
    private final ImageDecoder decoder;

    private ImageProcessor(ImageProcessorConfig config, long maxPixels) {
        this.config = config;
        this.resampler = Resampler.of(Objects.requireNonNullElse(config.resample(), PIL_BICUBIC));
        this.decoder = new ImageDecoder(maxPixels);
    }

    /** Reads the config from a bundle; pictures of more than {@code maxPixels} will be refused by their header. */
    public static ImageProcessor load(ModelBundle bundle, String config, long maxPixels) {
        return new ImageProcessor(bundle.read(config, ImageProcessorConfig.class), maxPixels);
    }

    /** The tensor of one file; {@link InvalidInput} if it can't be read or is too large. */
    public Tensor process(byte[] file) {
        return process(decoder.decode(file));
    }

    /** The tensor of one picture, such as a frame of a film. */
    public Tensor process(RgbImage image) {
        return normalize(crop(resize(image)));
    }

    private RgbImage resize(RgbImage image) {
        var to = config.resized(image.size());
        // A picture of 4000x1 whose shortest edge becomes 224 would be 896,000 pixels wide.
        if ((long) to.width() * to.height() > 64L << 20) {
            throw new InvalidInput("a picture of %dx%d pixels is too narrow".formatted(image.width(), image.height()));
        }
        return resampler.resize(image, to);
    }

    private RgbImage crop(RgbImage image) {
        var to = config.cropped();
        if (to == null || to.equals(image.size())) {
            return image;
        }
        // What the crop has and the picture hasn't stays black, as the reference pads it.
        int left = Math.floorDiv(image.width() - to.width(), 2);
        int top = Math.floorDiv(image.height() - to.height(), 2);
        var pixels = new byte[to.width() * to.height() * 3];
        for (int y = Math.max(0, -top); y < Math.min(to.height(), image.height() - top); y++) {
            int x = Math.max(0, -left);
            int count = Math.min(to.width(), image.width() - left) - x;
            System.arraycopy(image.pixels(), ((y + top) * image.width() + x + left) * 3, pixels,
                    (y * to.width() + x) * 3, count * 3);
        }
        return new RgbImage(to, pixels);
    }

    private Tensor normalize(RgbImage image) {
        double scale = Boolean.TRUE.equals(config.doRescale())
                ? Objects.requireNonNullElse(config.rescaleFactor(), 1 / 255.0)
                : 1;
        var tensor = Tensor.allocate(ElementType.FLOAT32, 3, image.height(), image.width());
        var values = tensor.floats();
        for (int channel = 0; channel < 3; channel++) {
            // The reference rescales in float32 and then normalises, so a table of 256 values is exact.
            var table = new float[256];
            float mean = (float) statistic(config.imageMean(), channel).orElse(0);
            float std = (float) statistic(config.imageStd(), channel).orElse(1);
            for (int value = 0; value < 256; value++) {
                table[value] = ((float) (value * scale) - mean) / std;
            }
            for (int at = channel; at < image.pixels().length; at += 3) {
                values.put(table[image.pixels()[at] & 0xFF]);
            }
        }
        return tensor;
    }

    private OptionalDouble statistic(@Nullable List<Double> values, int channel) {
        return Boolean.TRUE.equals(config.doNormalize()) && values != null
                ? OptionalDouble.of(values.get(channel))
                : OptionalDouble.empty();
    }
}
