// SPDX-License-Identifier: Apache-2.0
package anymesh.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.generator.pipeline.TinyBundle;
import anymesh.kit.media.Sound;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.model.BundleException;
import anymesh.kit.testing.TestCodec;
import anymesh.kit.testing.TestMedia;
import anymesh.v1.Capability;
import anymesh.v1.GeneratedMedia;
import anymesh.v1.GeneratorRequest;
import anymesh.v1.Modality;
import anymesh.wire.error.InvalidInput;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import javax.sound.sampled.AudioSystem;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The sound generator behind its gRPC port, with formulas for networks. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SoundGeneratorTest {
    private static final TestCodec CODEC = TestMedia.codec();
    private static TestingGenerator generator;

    @BeforeAll
    static void start(@TempDir Path folder) {
        generator = TestingGenerator.start(TinyBundle.ofSounds().write(folder), Modality.AUDIO);
    }

    @AfterAll
    static void stop() {
        generator.close();
    }

    @Test
    void itDescribesItself() {
        assertThat(generator.description().getService()).isEqualTo("generator-audio");
        assertThat(generator.description().getCapabilitiesList()).containsExactly(
                Capability.newBuilder().setModality(Modality.AUDIO).addAccepts(TinyBundle.SPACE).setGuidanceScale(2)
                        .setMaxInferenceSteps(1_000).setMaxGuidanceScale(50).build());
        assertThat(generator.description().getSeconds()).isEqualTo(2f);
    }

    @Test
    void aSoundIsAWavOfTheManifestsLength() throws Exception {
        var media = generator.picture(request().setSeed(7).build());
        assertThat(media.getMimeType()).isEqualTo("audio/wav");
        assertThat(media.getSeconds()).isEqualTo(2f);
        assertThat(media.getWidth()).isZero();
        assertThat(media.getWork()).as("5 steps on 32,000 samples, in 1,024s").isEqualTo(157);
        try (var stream = AudioSystem.getAudioInputStream(new ByteArrayInputStream(media.getData().toByteArray()))) {
            assertThat(stream.getFormat().getSampleRate()).isEqualTo(16_000f);
            assertThat(stream.getFrameLength()).isEqualTo(32_000);
        }
        var samples = read(media).samples();
        // The vocoder holds each frame for 256 samples, and the decoder each latent for eight frames.
        var heights = new HashSet<Float>();
        for (int at = 0; at < samples.length; at++) {
            assertThat(samples[at]).as("sample %d", at).isEqualTo(samples[at - at % 2048]);
            heights.add(samples[at]);
        }
        assertThat(heights).hasSizeGreaterThan(1);
    }

    @Test
    void aSeedMakesTheSoundAgainAndAnotherOneAnother() {
        var first = generator.picture(request().build());
        assertThat(generator.picture(request().setSeed(first.getSeed()).build()).getData()).isEqualTo(first.getData());
        assertThat(generator.picture(request().setSeed(first.getSeed() + 1).build()).getData())
                .isNotEqualTo(first.getData());
    }

    @Test
    void soundsAtDifferentStepsShareABatchAndAreThoseMadeAlone() {
        var requests = IntStream.range(0, 8).mapToObj(i -> request().setSeed(i).setNumInferenceSteps(200 + 10 * i)
                .setGuidanceScale(i % 3).build()).toList();
        var alone = requests.stream().map(r -> generator.picture(r).getData()).toList();
        var together = requests.stream()
                .map(r -> CompletableFuture.supplyAsync(() -> generator.picture(r), Thread::startVirtualThread))
                .toList()
                .stream().map(CompletableFuture::join).toList();
        assertThat(together.stream().map(GeneratedMedia::getData)).isEqualTo(alone);
        assertThat(together).anyMatch(media -> media.getTimings().getBatchSize() > 2);
    }

    @ParameterizedTest
    @EnumSource(value = SoundFormat.class, mode = EnumSource.Mode.EXCLUDE, names = "PCM16")
    void everyFormatIsWrittenAndReadAgain(SoundFormat format) {
        var media = generator.picture(request().setSeed(1).setMimeType(format.mimeType()).build());
        assertThat(media.getMimeType()).isEqualTo(format.mimeType());
        assertThat(read(media).seconds()).isCloseTo(2, within(0.15));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"mime_type, `mime_type: 'video/mp4'`", "size, `size: '16x16'`"})
    void whatASoundHasNotIsRefused(String param, String fields) {
        assertThatThrownBy(() -> generator.call(TestingGenerator.merge(request(), fields)))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo(param));
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '`', value = {"`[8, 16, 8]`, `[8, 16]`, pipeline.latents",
        "`[8, 16, 8]`, `[4, 16, 8]`, unet/model.onnx: sample",
        "`\"seconds\": 2.0`, `\"seconds\": 0`, pipeline.seconds"})
    void aManifestThatIsWrongIsRefused(String part, String by, String named, @TempDir Path folder) {
        var bundle = TinyBundle.ofSounds().manifest(part, by).write(folder);
        assertThatThrownBy(() -> TestingGenerator.start(bundle, Modality.AUDIO)).isInstanceOf(BundleException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aVocoderOfOtherMelsIsRefused(@TempDir Path folder) {
        var bundle = TinyBundle.ofSounds().json("vocoder/config.json", "{'sampling_rate': 16000, 'model_in_dim': 80}");
        assertThatThrownBy(() -> TestingGenerator.start(bundle.write(folder), Modality.AUDIO))
                .isInstanceOf(BundleException.class)
                .hasMessageEndingWith("(expected: 80 at the end, vocoder/config.json's model_in_dim)");
    }

    @Test
    void aBundleOfPicturesIsNoSoundGenerator(@TempDir Path folder) {
        assertThatThrownBy(() -> TestingGenerator.start(new TinyBundle().write(folder), Modality.AUDIO))
                .isInstanceOf(BundleException.class)
                .hasMessageEndingWith("manifest.json: modality: image (expected: audio, which this service makes)");
    }

    private static Sound read(GeneratedMedia media) {
        return CODEC.sound(media.getData().toByteArray(), 16_000, 10);
    }

    private static GeneratorRequest.Builder request() {
        return GeneratorRequest.newBuilder().setModality(Modality.AUDIO);
    }
}
