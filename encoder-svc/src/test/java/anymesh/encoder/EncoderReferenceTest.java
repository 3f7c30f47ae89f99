// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.ReferenceReport.Compared;
import anymesh.kit.model.BundleException;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.ServedStage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in encoder and what torch made of its samples, and copies of which one thing is wrong. */
final class EncoderReferenceTest {
    private static final Path ENCODER = Path.of(System.getProperty("anymesh.root"), "models/toyworld/encoder");

    @TempDir
    private Path folder;
    private Path bundle;

    @BeforeEach
    void copy() {
        bundle = Bundles.copy(ENCODER, folder.resolve("encoder"));
    }

    @Test
    void theBuiltInOneGivesWhatTorchGave() {
        var report = start().orElseThrow();
        assertThat(report.library()).startsWith("torch ");
        assertThat(report.compared()).extracting(Compared::what).containsExactly("image: last_hidden_state",
                "image: image_embeds", "audio: last_hidden_state", "audio: audio_embeds", "video: last_hidden_state",
                "video: video_embeds", "text: text_embeds");
        assertThat(report.compared()).allSatisfy(one -> assertThat(one.off()).isLessThan(1e-4));
    }

    /** Each loads, reads files and gives numbers: only the reference tells. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "image/preprocessor_config.json | \"do_normalize\": true | \"do_normalize\": false | image: last_hidden_state",
        "video/video_preprocessor_config.json | \"do_rescale\": true | \"do_rescale\": false | video: last_hidden_state",
        "manifest.json | \"max_length\": 48 | \"max_length\": 3 | text: text_embeds"})
    void whatIsDoneWronglyBeforeTheModelDoesNotServe(String file, String right, String wrong, String what)
            throws IOException {
        assertRefused(file, text -> text.replaceFirst(right.replace(" ", "\\s*"), wrong),
                what + " is off by", "of what torch");

        Files.delete(bundle.resolve("check.json"));
        Bundles.change(bundle, "text/tokenizer.json", text -> text + "\n");
        assertThat(start()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"modality\": \"audio\" | \"modality\": \"smell\" | no encoder for 'smell'",
        "check/audio.safetensors | check/text.safetensors | check/text.safetensors has no output of the encoder of audio",
        "check/bell.wav | check/bell.png | check.json: check/bell.png: the file can't be read",
        "check/bell.wav | check/whistle.wav | files has no 'check/whistle.wav'",
        "\"media\": \"check/bell.wav\", | | a sample needs modality, tensors and either text or media"})
    void aReferenceThatIsNoneIsRefusedByName(String right, String wrong, String named) {
        assertRefused("check.json", text -> text.replace(right, wrong == null ? "" : wrong), named);
    }

    private void assertRefused(String file, UnaryOperator<String> change, String... named) {
        Bundles.change(bundle, file, change);
        assertThatThrownBy(this::start).isInstanceOf(BundleException.class).hasMessageContainingAll(named);
    }

    private Optional<ReferenceReport> start() {
        var config = EncoderConfig.defaults();
        var stage = config.withStage(config.stage().withBundle(bundle));
        var loaded = new AtomicReference<EncoderStage>();
        try (var _ = ServedStage.start("encoder", stage.stage(), resources -> {
            loaded.set(EncoderStage.load(stage, resources));
            return Objects.requireNonNull(loaded.get());
        })) {
            return Objects.requireNonNull(loaded.get()).reference();
        }
    }
}
