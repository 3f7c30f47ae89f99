// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import anymesh.kit.media.ClipFormat;
import anymesh.kit.media.SoundFormat;
import anymesh.kit.model.BundleException;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.ServedStage;
import anymesh.kit.testing.TestCodec;
import anymesh.kit.testing.TestMedia;
import anymesh.v1.Capability;
import anymesh.v1.EncodeRequest;
import anymesh.v1.EncodeResponse;
import anymesh.v1.MediaItem;
import anymesh.v1.Modality;
import anymesh.v1.Representation;
import anymesh.wire.Frame;
import anymesh.wire.error.InvalidInput;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The encoder service with encoders of sound and film, from real files to rows over gRPC. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SoundAndFilmTest {
    private static final TestCodec CODEC = TestMedia.codec();
    private static ServedStage served;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        var config = config(bundle(folder, "{'do_sample_frames': true, 'num_frames': 8, 'do_resize': true,"
                + " 'size': {'height': 64, 'width': 64}, 'resample': 2, 'do_rescale': true}"));
        served = ServedStage.start("encoder", config.stage(), resources -> EncoderStage.load(config, resources));
    }

    @AfterAll
    static void nothingLeaks() {
        served.close();
    }

    @Test
    void itSaysThatItHearsAndWatches() {
        assertThat(served.runner().instance().description().getCapabilitiesList()).containsExactlyInAnyOrder(
                Capability.newBuilder().setModality(Modality.AUDIO).addProduces("tiny-audio").addProduces("tiny-joint")
                        .addJoint("tiny-joint")
                        .build(),
                Capability.newBuilder().setModality(Modality.VIDEO).addProduces("tiny-video").build());
    }

    @Test
    void aToneIsLoudestInItsBandWhateverFileItComesIn() {
        for (var format : SoundFormat.values()) {
            if (format == SoundFormat.PCM16) {
                continue; // No file: it doesn't say its rate.
            }
            try (var response = encode(Modality.AUDIO, Representation.JOINT_EMBEDDING,
                    CODEC.encode(TestMedia.tone(440, 2, 22_050), format))) {
                var bands = response.embeddings().getFirst().row(0).asFloatBuffer();
                int loudest = 0;
                for (int band = 0; band < bands.capacity(); band++) {
                    loudest = bands.get(band) > bands.get(loudest) ? band : loudest;
                }
                // The mel scale is linear here: 81 steps to 8000 Hz, which is mel 45.2; 440 Hz is mel 6.6.
                assertThat(loudest).as("%s", format).isBetween(10, 12);
            }
        }
    }

    @Test
    void eightEvenlySpacedFramesOfAFilmAreSeenInOrder() {
        var film = CODEC.encode(TestMedia.brightening(16, 64, 8), ClipFormat.MP4);
        try (var response = encode(Modality.VIDEO, Representation.FEATURES, film, film)) {
            var batch = response.embeddings().getFirst();
            assertThat(batch.spec().shape()).containsExactly(8, 3);
            assertThat(batch.rows()).isEqualTo(2);
            var colours = batch.row(1).asFloatBuffer();
            for (int frame = 0; frame < 8; frame++) {
                assertThat(colours.get(3 * frame)).isCloseTo(20 * frame / 255f, within(0.02f));
            }
        }
    }

    @Test
    void aFilmOfAnotherSizeIsResized() {
        try (var response = encode(Modality.VIDEO, Representation.FEATURES,
                CODEC.encode(TestMedia.brightening(9, 98, 25), ClipFormat.WEBM))) {
            assertThat(response.embeddings().getFirst().row(0).asFloatBuffer().get(3 * 7))
                    .isCloseTo(70 / 255f, within(0.02f));
        }
    }

    @Test
    void whatIsNoSoundOrNoFilmIsRefusedByItsIndex() {
        var sound = CODEC.encode(TestMedia.tone(440, 1, 16_000), SoundFormat.OPUS);
        var film = CODEC.encode(TestMedia.brightening(4, 32, 8), ClipFormat.MP4);
        assertThatThrownBy(() -> encode(Modality.AUDIO, Representation.FEATURES, sound, film))
                .isInstanceOfSatisfying(InvalidInput.class, e -> {
                    assertThat(e.param()).isEqualTo("items[1]");
                    assertThat(e.getMessage()).contains("holds no sound");
                });
        assertThatThrownBy(() -> encode(Modality.VIDEO, Representation.FEATURES, sound))
                .isInstanceOfSatisfying(InvalidInput.class, e -> assertThat(e.param()).isEqualTo("items[0]"));
    }

    @Test
    void aBundleThatDoesNotSayHowManyFramesIsRefused(@TempDir Path folder) throws IOException {
        var config = config(bundle(folder, "{'do_sample_frames': true}"));
        assertThatThrownBy(() -> ServedStage.start("encoder", config.stage(), r -> EncoderStage.load(config, r)))
                .isInstanceOf(BundleException.class).hasMessageContaining("num_frames");
    }

    private static Frame<EncodeResponse> encode(Modality modality, Representation representation, byte[]... files) {
        var request = EncodeRequest.newBuilder().setModality(modality).setRepresentation(representation)
                .addAllItems(Arrays.stream(files)
                        .map(file -> MediaItem.newBuilder().setMedia(ByteString.copyFrom(file)).build()).toList())
                .build();
        return served.call(served.methods().encode(), Frame.of(request)).getFirst();
    }

    private static Path bundle(Path folder, String video) throws IOException {
        Bundles.copy(SoundAndFilmTest.class, "/tiny-encoders/audio.onnx", folder.resolve("audio/model.onnx"));
        Bundles.copy(SoundAndFilmTest.class, "/tiny-encoders/video.onnx", folder.resolve("video/model.onnx"));
        Files.writeString(folder.resolve("audio/preprocessor_config.json"),
                "{\"feature_size\": 80, \"sampling_rate\": 16000, \"n_fft\": 400, \"hop_length\": 160, \"chunk_length\": 2}");
        Files.writeString(folder.resolve("video/preprocessor_config.json"), video.replace('\'', '"'));
        return Bundles.manifest(folder, "modality_encoder", Map.of("modalities", Map.of(
                "audio", Map.of("model", "audio/model.onnx", "input", "input_features", "preprocess",
                        "audio/preprocessor_config.json", "features",
                        Map.of("output", "last_hidden_state", "space", "tiny-audio"),
                        "embedding", Map.of("output", "audio_embeds", "space", "tiny-joint")),
                "video", Map.of("model", "video/model.onnx", "input", "pixel_values", "preprocess",
                        "video/preprocessor_config.json", "features",
                        Map.of("output", "last_hidden_state", "space", "tiny-video")))));
    }

    private static EncoderConfig config(Path bundle) {
        var defaults = EncoderConfig.defaults();
        return defaults.withStage(defaults.stage().withBundle(bundle));
    }
}
