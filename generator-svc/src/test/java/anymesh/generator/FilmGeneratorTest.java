// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.generator.pipeline.TinyBundle;
import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.VideoFrame;
import anymesh.kit.testing.TestMedia;
import anymesh.v1.Capability;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.error.InvalidInput;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The film generator behind its gRPC port, with formulas for networks. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FilmGeneratorTest {
    private static TestingGenerator generator;

    @BeforeAll
    static void start(@TempDir Path folder) {
        generator = TestingGenerator.start(TinyBundle.ofFilms().write(folder), Modality.VIDEO);
    }

    @AfterAll
    static void stop() {
        generator.close();
    }

    @Test
    void itDescribesItself() {
        assertThat(generator.description().getService()).isEqualTo("generator-video");
        assertThat(generator.description().getCapabilitiesList())
                .containsExactly(Capability.newBuilder().setModality(Modality.VIDEO).addAccepts(TinyBundle.SPACE)
                        .setGuidanceScale(2)
                        .setMaxInferenceSteps(1_000).setMaxGuidanceScale(50)
                        .addSizes("16x16").addSizes("24x16").build());
        assertThat(generator.description().getSeconds()).isEqualTo(0.625f);
    }

    @ParameterizedTest
    @EnumSource(ClipFormat.class)
    void aFilmHasItsFramesAndSizeInEveryFormat(ClipFormat format) {
        var media = generator.picture(request().setSeed(3).setSize("24x16").setMimeType(format.mimeType()).build());
        assertThat(media.getMimeType()).isEqualTo(format.mimeType());
        assertThat(media.getSeconds()).isEqualTo(0.625f);
        assertThat(List.of(media.getWidth(), media.getHeight())).containsExactly(24, 16);
        assertThat(media.getWork()).as("5 steps on 24 × 16 pixels of 5 frames, in 1,024s").isEqualTo(10);
        var frames = frames(media);
        assertThat(frames).hasSize(5).allSatisfy(frame -> {
            assertThat(frame.width()).isEqualTo(24);
            assertThat(frame.height()).isEqualTo(16);
        });
        assertThat(frames.stream().map(frame -> Arrays.hashCode(frame.rgb())).distinct())
                .as("noise makes every frame another").hasSize(5);
    }

    @Test
    void anMp4AtTheNativeSizeIsWhatComesUnasked() {
        var media = generator.picture(request().setSeed(3).build());
        assertThat(media.getMimeType()).isEqualTo("video/mp4");
        assertThat(frames(media).getFirst().width()).isEqualTo(16);
        assertThat(generator.picture(request().setSeed(3).build()).getData()).isEqualTo(media.getData());
        assertThat(generator.picture(request().setSeed(4).build()).getData()).isNotEqualTo(media.getData());
    }

    @Test
    void aTypeThatIsNoFilmIsRefused() {
        assertThatThrownBy(() -> generator.call(request().setMimeType("image/png").build()))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("mime_type"));
    }

    private static List<VideoFrame> frames(GeneratedMedia media) {
        return TestMedia.codec().frames(media.getData().toByteArray(), 5);
    }

    private static GeneratorRequest.Builder request() {
        return GeneratorRequest.newBuilder().setModality(Modality.VIDEO);
    }
}
