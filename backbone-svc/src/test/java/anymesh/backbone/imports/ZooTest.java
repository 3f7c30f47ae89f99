// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.BackboneConfig;
import anymesh.backbone.BackboneStage;
import anymesh.backbone.check.CheckReport;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.ServedStage;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Exports as their libraries' commands wrote them answer as transformers does, alone and in company. */
class ZooTest {
    @TempDir
    private Path folder;

    /**
     * Grouped-query attention with rows that begin at the left; Optimum's, padded at the left; convolution states beside attention;
     * a Unigram tokenizer; int4 by blocks; a window of 32 tokens, which prompts of up to 342 leave behind; embeddings that only the
     * checkpoint has; states of linear attention, experts, positions of three axes and operators that this ONNX Runtime hasn't got.
     */
    @ParameterizedTest
    @CsvSource({"llama,0.001", "gpt2-optimum,0.001", "lfm2,0.001", "nemotron,0.001", "llama-int4,0.001",
        "mistral,0.001", "llama-embeds,0.001", "qwen3.5-moe,0.001"})
    void answersAreThoseOfTransformers(String name, float tolerance) throws Exception {
        imported(name);
        var report = check(name, 72);
        assertThat(report.difference()).isEmpty();
        assertThat(report.library()).startsWith("transformers");
        assertThat(report.prompts().asked()).isEqualTo(24);
        assertThat(report.alone().asked()).isEqualTo(24);
        assertThat(report.company().asked()).isEqualTo(72);
        assertThat(report.alone().error()).isLessThan(tolerance);
        assertThat(report.company().error()).isLessThan(tolerance);
        assertThat(report.alone().ties() + report.company().ties()).isZero();
    }

    /**
     * LongRoPE: as soon as a batch has more than 256 positions, the builder's graph rotates all rows as long ones. Company of unequal
     * lengths comes near: what a row leaves behind that was longest is no room for the others to grow into.
     */
    @Test
    void whatTurnsForAWholeBatchIsServedAsLongAsItDoesNot() throws Exception {
        var name = "phi3-long";
        assertThat(imported(name))
                .anyMatch(line -> line.startsWith("context_length is 256, not 2048: as longer texts"));
        var report = check(name, 600);
        assertThat(report.difference()).isEmpty();
        assertThat(report.tooLong()).isEqualTo(3);
        assertThat(report.alone().asked()).isEqualTo(21);

        Bundles.change(folder.resolve(name), "genai_config.json",
                text -> text.replaceFirst("(\"context_length\" *: *)256", "$12048"));
        assertThatThrownBy(() -> check(name, 1)).isInstanceOf(BundleException.class)
                .hasMessageContaining("model.context_length: 2048 (expected: at most 256, beyond which");
    }

    /** The builder's {@code prune_lm_head=true}, which spares a prompt's other logits: {@code [batch, 1, vocabulary]}. */
    @Test
    void whatGivesTheLastLogitsOnlyAnswersAllTheSameButIsNotDrafted() throws Exception {
        var export = Bundles.copy(source("llama"), folder.resolve("export"));
        Files.copy(source("llama-pruned").resolve("model.onnx"), export.resolve("model.onnx"),
                StandardCopyOption.REPLACE_EXISTING);
        imported("pruned", export);
        var report = check("pruned", 72);
        assertThat(report.difference()).isEmpty();
        assertThat(report.alone().error()).isLessThan(0.001f);
        assertThat(report.company().asked()).isEqualTo(72);

        var drafted = new ImportRequest(export, folder.resolve("drafted"), "drafted", "1.0.0", "Apache-2.0", null, null,
                false, null, source("llama-int4"), null);
        assertThatThrownBy(() -> LanguageModelImport.run(drafted)).isInstanceOf(BundleException.class)
                .hasMessageContaining("'logits' are of the last position only");
    }

    private List<String> imported(String name) throws URISyntaxException {
        return imported(name, source(name));
    }

    private List<String> imported(String name, Path source) {
        return LanguageModelImport.run(
                new ImportRequest(source, folder.resolve(name), name, "1.0.0", "Apache-2.0", null, null, false))
                .lines();
    }

    private CheckReport check(String name, int inCompany) throws InterruptedException {
        var config = BackboneConfig.defaults();
        var stage = config.stage().onFreePorts().withoutLameDuck().withBundle(folder.resolve(name))
                .withBatch(new BatchPolicy(64, 8)).withOnnx(OnnxSettings.cpu(1));
        var loaded = new AtomicReference<BackboneStage>();
        try (var _ = ServedStage.start("backbone", stage, resources -> {
            loaded.set(BackboneStage.load(config.withStage(stage), resources));
            return Objects.requireNonNull(loaded.get());
        })) {
            return Objects.requireNonNull(loaded.get()).check(1000, inCompany, 1);
        }
    }

    private static Path source(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ZooTest.class.getResource("/zoo/" + name)).toURI());
    }
}
