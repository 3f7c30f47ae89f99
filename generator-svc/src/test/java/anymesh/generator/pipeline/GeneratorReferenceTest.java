// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.check.ReferenceReport;
import anymesh.kit.check.ReferenceReport.Compared;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.testing.Bundles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in generators and what torch made of their samples, and copies of which one thing is wrong. */
final class GeneratorReferenceTest {
    private static final Path BUILT_IN = Path.of(System.getProperty("anymesh.root"), "models/toyworld");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"generator-image,latents pixels", "generator-image-2.0.0,latents pixels", "generator-audio,latents",
        "generator-video,latents pixels"})
    void theBuiltInOnesMakeWhatTorchMade(String bundle, String compared) {
        var report = check(BUILT_IN.resolve(bundle));
        assertThat(report.library()).startsWith("torch ");
        assertThat(report.compared()).extracting(Compared::what).containsExactly(compared.split(" "));
        assertThat(report.compared()).allSatisfy(one -> assertThat(one.off()).isLessThan(1e-3));
        report.require(BUILT_IN);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "generator-image-2.0.0 | scheduler/scheduler_config.json | v_prediction | epsilon | latents",
        "generator-audio | scheduler/scheduler_config.json | squaredcos_cap_v2 | linear | latents",
        "generator-video | vae_decoder/config.json | \"scaling_factor\": 1.0 | \"scaling_factor\": 0.18215 | pixels"})
    void whatIsDoneWronglyAroundTheModelIsSeen(String of, String file, String right, String wrong, String what) {
        var bundle = Bundles.copy(BUILT_IN.resolve(of), folder.resolve(of));
        Bundles.change(bundle, file, text -> text.replace(right, wrong));
        var report = check(bundle);
        assertThatThrownBy(() -> report.require(bundle)).isInstanceOf(BundleException.class)
                .hasMessageContaining(what + " is off by").hasMessageContaining("of what torch");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "check/audio.safetensors | model_index.json | model_index.json: header of",
        "check/audio.safetensors | check/video.safetensors | files has no 'check/video.safetensors'",
        "\"tensors\": \"check/audio.safetensors\", | | a sample needs tensors",
        "\"samples\" | \"examples\" | needs a reference and samples"})
    void aReferenceThatIsNoneIsRefusedByName(String right, String wrong, String named) {
        var bundle = Bundles.copy(BUILT_IN.resolve("generator-audio"), folder.resolve("generator-audio"));
        Bundles.change(bundle, "check.json", text -> text.replace(right, wrong == null ? "" : wrong));
        assertThatThrownBy(() -> check(bundle)).isInstanceOf(BundleException.class).hasMessageContaining(named);
    }

    @Test
    void tensorsOfAnotherGeneratorAreRefusedByTheirSizes() {
        var bundle = Bundles.copy(BUILT_IN.resolve("generator-audio"), folder.resolve("generator-audio"));
        Bundles.copy(BUILT_IN.resolve("generator-video/check"), bundle.resolve("check"));
        Bundles.change(bundle, "check.json", text -> text.replace("audio.safetensors", "video.safetensors"));
        assertThatThrownBy(() -> check(bundle)).isInstanceOf(BundleException.class)
                .hasMessageContaining("noise has 4096 numbers (expected: 1024)");
    }

    private static ReferenceReport check(Path bundle) {
        try (var pipeline = DiffusionPipeline.load(bundle, OnnxSettings.cpu(1), 4)) {
            return GeneratorReference.of(pipeline.bundle()).orElseThrow().check(pipeline);
        }
    }
}
