// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

import anymesh.encoder.image.format.Size;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.Tensor;
import anymesh.encoder.image.format.PictureFile;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
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

    /** The most pixels that may go into a model; no model's input comes near. */
    private static final int MAX_TARGET_PIXELS = 4 << 20;

    private final ImageProcessorConfig config;
    private final Resampler resampler;

    private ImageProcessor(ImageProcessorConfig config) {
        this.config = config;
        this.resampler = Resampler.of(Objects.requireNonNullElse(config.resample(), PIL_BICUBIC));
    }

    /** Reads the config from a bundle. */
    public static ImageProcessor load(ModelBundle bundle, String config) {
        return new ImageProcessor(bundle.read(config, ImageProcessorConfig.class));
    }

    /**
     * The tensor of one file. {@link InvalidInput} if it can't be read, is damaged or takes more than is allowed;
     * {@link CallContext#ended()} if the call ends first.
     */
    public Tensor process(ByteBuffer file, PictureDecoder decoder, CallContext call) {
        var picture = PictureFile.of(file);
        var upright = picture.upright();
        decoder.checkSize(upright);
        var to = config.resized(upright);
        var crop = kept(upright, to);
        return normalize(decoder.decode(picture, to, call, from -> new Resizing(resampler, from, to, crop)).result());
    }

    /** The tensor of one picture, such as a frame of a film. */
    public Tensor process(RgbImage image) {
        var to = config.resized(image.size());
        return normalize(resampler.resize(image, to, kept(image.size(), to)));
    }

    /** What the model gets of a picture that was resized. */
    private Size kept(Size picture, Size resized) {
        var crop = Objects.requireNonNullElse(config.cropped(), resized);
        // The shortest edge of a picture of 4000x1 becomes 224: it is 896,000 pixels wide.
        if ((long) crop.width() * crop.height() > MAX_TARGET_PIXELS) {
            throw new InvalidInput("a picture of %dx%d pixels is too narrow or too large for this model".formatted(
                    picture.width(), picture.height()));
        }
        return crop;
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
