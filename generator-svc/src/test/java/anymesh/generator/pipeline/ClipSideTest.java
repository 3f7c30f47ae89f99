// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.kit.model.OnnxSettings;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which latent becomes which pixel of which frame. */
class ClipSideTest {
    private static final int PLANE = 8 * 8;
    private static final int FRAMES = 5;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void aChannelOfAFrameIsAColourOfThatFrameHoweverManyAreDecodedAtOnce(int atOnce, @TempDir Path folder) {
        try (var pipeline = DiffusionPipeline.load(TinyBundle.ofFilms().write(folder), OnnxSettings.cpu(1), atOnce)) {
            // Green of frame 3 is bright, all else dark.
            var film = pipeline.begin(new MediaRequest(new float[20], 0, 1, 1, null), noise -> {
                Arrays.fill(noise, -100);
                Arrays.fill(noise, (FRAMES + 3) * PLANE, (FRAMES + 4) * PLANE, 100);
            });
            pipeline.step(List.of(film));
            var clip = ((GeneratedClip) pipeline.decode(List.of(film)).getFirst().orElseThrow()).clip();
            assertThat(clip.framesPerSecond()).isEqualTo(8);
            assertThat(clip.frames()).hasSize(FRAMES);
            for (int frame = 0; frame < FRAMES; frame++) {
                var rgb = clip.frames().get(frame).rgb();
                assertThat(rgb).hasSize(3 * 16 * 16);
                assertThat(new int[]{rgb[0] & 0xFF, rgb[1] & 0xFF, rgb[2] & 0xFF}).as("frame %d", frame)
                        .containsExactly(0, frame == 3 ? 255 : 0, 0);
            }
        }
    }

    @Test
    void aFilmOfWhichOneFrameCameToNoNumbersIsNone(@TempDir Path folder) {
        try (var pipeline = DiffusionPipeline.load(TinyBundle.ofFilms().write(folder), OnnxSettings.cpu(1), 2)) {
            var bad = pipeline.begin(new MediaRequest(new float[20], 0, 1, 1, null), noise -> noise[PLANE] = Float.NaN);
            var good = pipeline.begin(new MediaRequest(new float[20], 0, 1, 1, null));
            pipeline.step(List.of(bad, good));
            var made = pipeline.decode(List.of(bad, good));
            assertThat(made.getFirst()).isEmpty();
            assertThat(made.getLast()).isPresent();
        }
    }
}
