// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The built-in generators against what PyTorch made of the same noise and condition. */
class ToyworldGoldenTest {

    @ParameterizedTest
    @ValueSource(strings = {"image", "audio", "video"})
    void latentsAfterAllStepsArePythons(String modality) {
        var golden = Golden.read(modality);
        try (var pipeline = golden.load()) {
            assertThat(pipeline.negative().numbers()).containsExactly(golden.numbers("negative"), within(1e-4f));
            assertThat(golden.denoised(pipeline).latents()).containsExactly(golden.numbers("final_latents"),
                    within(5e-3f));
        }
    }

    @Test
    void aPictureIsPythons() throws IOException {
        var golden = Golden.read("image");
        try (var pipeline = golden.load()) {
            var picture = (Picture) golden.made(pipeline);
            var expected = Pixels.of(Golden.fixture(golden.about("picture")));
            assertThat(Pixels.difference(picture.rgb(), expected)).isLessThanOrEqualTo(2);
        }
    }

    @Test
    void aFilmsFramesArePythons() throws IOException {
        var golden = Golden.read("video");
        try (var pipeline = golden.load()) {
            var clip = ((GeneratedClip) golden.made(pipeline)).clip();
            // Python keeps the frames side by side; the strip is as high as one of them.
            var strip = Pixels.of(Golden.fixture(golden.about("picture")));
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
        var golden = Golden.read("audio");
        try (var pipeline = golden.load()) {
            var sound = ((GeneratedSound) golden.made(pipeline)).sound();
            var expected = golden.numbers("waveform");
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
}
