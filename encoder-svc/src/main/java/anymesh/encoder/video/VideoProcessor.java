// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.video;

import anymesh.encoder.image.ImageProcessor;
import anymesh.encoder.image.RgbImage;
import anymesh.encoder.image.format.Size;
import anymesh.kit.media.MediaCodec;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.Tensor;
import anymesh.wire.call.CallContext;
import anymesh.wire.error.InvalidInput;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * From the bytes of a film to {@code pixel_values} {@code [num_frames, 3, H, W]} float32, by a Hugging Face video processor
 * config: frames evenly spaced, each through the image processor. Thread-safe; blocks.
 */
public final class VideoProcessor {
    private final int frames;
    private final ImageProcessor images;
    private final MediaCodec codec;

    private VideoProcessor(int frames, ImageProcessor images, MediaCodec codec) {
        this.frames = frames;
        this.images = images;
        this.codec = codec;
    }

    private record Config(@JsonProperty("do_sample_frames") @Nullable Boolean doSampleFrames,
            @JsonProperty("num_frames") @Nullable Integer numFrames) {}

    /** Reads the config from a bundle; one that does not say how many frames there are to be is refused. */
    public static VideoProcessor load(ModelBundle bundle, String config, MediaCodec codec) {
        var sampling = bundle.read(config, Config.class);
        if (!Boolean.TRUE.equals(sampling.doSampleFrames()) || sampling.numFrames() == null
                || sampling.numFrames() < 1) {
            throw new BundleException("%s: do_sample_frames %s, num_frames %s (expected: true, > 0)".formatted(config,
                    sampling.doSampleFrames(), sampling.numFrames()));
        }
        return new VideoProcessor(sampling.numFrames(), ImageProcessor.load(bundle, config), codec);
    }

    /** The tensor of one file; {@link InvalidInput} if it can't be read, is too long or too large. */
    public Tensor process(byte[] file, CallContext call) {
        var read = codec.frames(call, file, frames,
                frame -> images.process(new RgbImage(new Size(frame.width(), frame.height()), frame.rgb())));
        var first = read.getFirst();
        var all = Tensor.allocate(first.type(), frames, first.size(0), first.size(1), first.size(2));
        var bytes = all.bytes();
        read.forEach(frame -> bytes.put(frame.bytes()));
        return all;
    }
}
