// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.SafeTensors;
import anymesh.kit.model.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in generators of sounds and films against what PyTorch made of the same noise and condition. */
class ToyworldSoundAndFilmTest {
    private static final Path MODELS = Path.of(System.getProperty("anymesh.root"), "models");

    @ParameterizedTest
    @ValueSource(strings = {"audio", "video"})
    void latentsAfterAllStepsArePythons(String modality) {
        var golden = golden(modality);
        try (var pipeline = pipeline(modality)) {
            assertThat(pipeline.negative().numbers()).containsExactly(numbers(golden, "negative"), within(1e-4f));
            var denoising = denoised(pipeline, golden);
            assertThat(denoising.latents()).containsExactly(numbers(golden, "final_latents"), within(5e-3f));
        }
    }

    @Test
    void aFilmsFramesArePythons() throws IOException {
        var golden = golden("video");
        try (var pipeline = pipeline("video")) {
            var clip = ((GeneratedClip) made(pipeline, golden)).clip();
            // Python keeps the frames side by side; the strip is as high as one of them.
            var strip = Pixels.of(MODELS.resolve("fixtures/pipeline-video.png"));
            assertThat(clip.frames()).hasSize(16);
            var rows = new ByteArrayOutputStream();
            for (int y = 0; y < clip.height(); y++) {
                for (var frame : clip.frames()) {
                    rows.write(frame.rgb(), 3 * y * clip.width(), 3 * clip.width());
                }
            }
            assertThat(Pixels.difference(rows.toByteArray(), strip)).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aSoundHasPythonsLengthAndLoudness() {
        var golden = golden("audio");
        try (var pipeline = pipeline("audio")) {
            var sound = ((GeneratedSound) made(pipeline, golden)).sound();
            var expected = numbers(golden, "waveform");
            assertThat(sound.samples()).hasSize(expected.length);
            // Rounding shifts the vocoder's phases, so that samples cannot be compared; what can be heard can.
            assertThat(loudness(sound.samples())).isCloseTo(loudness(expected), within(0.01));
        }
    }

    private static double loudness(float[] samples) {
        double sum = 0;
        for (float sample : samples) {
            sum += (double) sample * sample;
        }
        return Math.sqrt(sum / samples.length);
    }

    private static DiffusionPipeline pipeline(String modality) {
        return DiffusionPipeline.load(MODELS.resolve("toyworld/generator-" + modality), OnnxSettings.cpu(2), 4);
    }

    private static Media made(DiffusionPipeline pipeline, Map<String, Tensor> golden) {
        return pipeline.decode(List.of(denoised(pipeline, golden))).stream().map(Optional::orElseThrow).findFirst()
                .orElseThrow();
    }

    private static Denoising denoised(DiffusionPipeline pipeline, Map<String, Tensor> golden) {
        var sizes = pipeline.manifest().output().sizes();
        var request = new MediaRequest(numbers(golden, "condition"), 0, 20, 3,
                sizes.isEmpty() ? null : sizes.getFirst());
        var noise = numbers(golden, "initial_latents");
        var denoising = pipeline.begin(request, to -> System.arraycopy(noise, 0, to, 0, noise.length));
        while (!denoising.isFinished()) {
            pipeline.step(List.of(denoising));
        }
        return denoising;
    }

    private static Map<String, Tensor> golden(String modality) {
        return SafeTensors.read(MODELS.resolve("fixtures/pipeline-" + modality + ".safetensors"));
    }

    private static float[] numbers(Map<String, Tensor> golden, String name) {
        return Objects.requireNonNull(golden.get(name), name).toFloatArray();
    }
}
