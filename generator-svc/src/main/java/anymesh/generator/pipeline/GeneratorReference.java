// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.check.ReferenceFile;
import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.ReferenceReport.Compared;
import anymesh.kit.media.VideoFrame;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A generator's {@code check.json}: conditions and first noise, and what the library that it comes from makes of them
 * (docs/bundles.md). How a sound's samples lie depends on rounding, so that of sounds latents alone are compared.
 */
public record GeneratorReference(@JsonProperty("reference") String library, @Nullable Float tolerance,
        List<Sample> samples) {

    /**
     * One medium.
     *
     * @param tensors a safetensors file of the bundle with {@code condition}, {@code noise}, {@code latents} after the last step
     *        and, of a picture or of the first frames of a film, {@code pixels}
     * @param steps as {@code num_inference_steps}; null for the bundle's own
     * @param guidance as {@code guidance_scale}; null for the bundle's own
     * @param size of pictures and films; null for the native one
     */
    record Sample(String tensors, @JsonProperty("num_inference_steps") @Nullable Integer steps,
            @JsonProperty("guidance_scale") @Nullable Float guidance, @Nullable String size) {

        Sample {
            if (tensors == null) {
                throw new BundleException(ReferenceFile.NAME + ": a sample needs tensors");
            }
        }
    }

    public GeneratorReference {
        samples = ReferenceFile.samples(library, samples);
    }

    /** That of a bundle, if it has one. */
    public static Optional<GeneratorReference> of(ModelBundle bundle) {
        return ReferenceFile.read(bundle, GeneratorReference.class);
    }

    /** Makes each sample as a request would have it, and compares. To be called by the pipeline's worker. */
    public ReferenceReport check(DiffusionPipeline pipeline) {
        var compared = new ArrayList<Compared>();
        for (var sample : samples) {
            var tensors = SafeTensors.read(pipeline.bundle().file(sample.tensors()));
            var denoised = denoised(pipeline, sample, tensors);
            compared.add(Compared.of("latents", denoised.latents(), numbers("latents", sample, tensors)));
            var made = pipeline.decode(List.of(denoised)).getFirst()
                    .orElseThrow(() -> failed(sample, denoised.failure()));
            var pixels = tensors.get("pixels");
            if (pixels != null) {
                var expected = unsigned(pixels.bytes());
                compared.add(Compared.of("pixels", first(expected.length, pixels(made)), expected));
            }
        }
        return new ReferenceReport(library, tolerance, compared);
    }

    private static Denoising denoised(DiffusionPipeline pipeline, Sample sample, Map<String, Tensor> tensors) {
        var own = pipeline.manifest().defaults();
        var request = new MediaRequest(numbers("condition", sample, tensors, pipeline.conditionShape().numbers()), 0,
                sample.steps() == null ? own.steps() : sample.steps(),
                sample.guidance() == null ? own.guidance() : sample.guidance(), size(pipeline, sample));
        var noise = numbers("noise", sample, tensors);
        var denoising = pipeline.begin(request, to -> {
            if (to.length != noise.length) {
                throw new BundleException("%s: %s: noise has %d numbers (expected: %d)".formatted(ReferenceFile.NAME,
                        sample.tensors(), noise.length, to.length));
            }
            System.arraycopy(noise, 0, to, 0, to.length);
        });
        while (!denoising.isFinished()) {
            pipeline.step(List.of(denoising));
            if (denoising.failure() != null) {
                throw failed(sample, denoising.failure());
            }
        }
        return denoising;
    }

    private static @Nullable PictureSize size(DiffusionPipeline pipeline, Sample sample) {
        var sizes = pipeline.manifest().output().sizes();
        if (sample.size() == null || sizes.isEmpty()) {
            return sizes.isEmpty() ? null : sizes.getFirst();
        }
        return sizes.stream().filter(size -> size.toString().equals(sample.size())).findFirst()
                .orElseThrow(() -> new BundleException("%s: size %s (expected: one of %s)".formatted(ReferenceFile.NAME,
                        sample.size(), sizes)));
    }

    private static float[] numbers(String name, Sample sample, Map<String, Tensor> tensors) {
        var tensor = tensors.get(name);
        if (tensor == null) {
            throw new BundleException("%s: %s has no '%s' (it has: %s)".formatted(ReferenceFile.NAME, sample.tensors(),
                    name, tensors.keySet()));
        }
        return tensor.toFloatArray();
    }

    private static float[] numbers(String name, Sample sample, Map<String, Tensor> tensors, int expected) {
        var numbers = numbers(name, sample, tensors);
        if (numbers.length != expected) {
            throw new BundleException("%s: %s: %s has %d numbers (expected: %d)".formatted(ReferenceFile.NAME,
                    sample.tensors(), name, numbers.length, expected));
        }
        return numbers;
    }

    private static List<byte[]> pixels(Media made) {
        return switch (made) {
            case Picture picture -> List.of(picture.rgb());
            case GeneratedClip clip -> clip.clip().frames().stream().map(VideoFrame::rgb).toList();
            case GeneratedSound _ -> throw new BundleException(ReferenceFile.NAME + ": a sound has no pixels");
        };
    }

    private static float[] first(int count, List<byte[]> frames) {
        var numbers = new float[count];
        int at = 0;
        for (var frame : frames) {
            for (int i = 0; i < frame.length && at < count; i++) {
                numbers[at++] = Byte.toUnsignedInt(frame[i]);
            }
        }
        if (at < count) {
            throw new BundleException(
                    "%s: pixels: %d numbers (expected: at most %d)".formatted(ReferenceFile.NAME, count,
                            at));
        }
        return numbers;
    }

    private static float[] unsigned(ByteBuffer bytes) {
        var numbers = new float[bytes.remaining()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Byte.toUnsignedInt(bytes.get(bytes.position() + i));
        }
        return numbers;
    }

    private static BundleException failed(Sample sample, @Nullable Throwable why) {
        var text = "%s: %s: nothing came of it".formatted(ReferenceFile.NAME, sample.tensors());
        return why == null ? new BundleException(text) : new BundleException(text + ": " + why.getMessage(), why);
    }
}
