// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.BackboneConfig;
import anymesh.backbone.BackboneStage;
import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.check.CheckReport;
import anymesh.kit.batch.BatchPolicy;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.testing.ServedStage;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code --draft}, with exports of the zoo. */
class DraftImportTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path target() {
        return folder.resolve("bundle");
    }

    private List<String> run(Path source, Path draft) {
        return LanguageModelImport.run(new ImportRequest(source, target(), "drafted", "1.0.0", "Apache-2.0", null,
                null, false, null, draft, null)).lines();
    }

    private static Path zoo(String name) {
        try {
            return Path.of(Objects.requireNonNull(DraftImportTest.class.getResource("/zoo/" + name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theDraftsExportGoesIntoAFolderOfTheBundle() throws IOException {
        var lines = run(zoo("llama"), zoo("llama-int4"));

        var files = ModelBundle.open(target(), Component.LLM_BACKBONE).manifest().files();
        assertThat(files).containsKeys("model.onnx", "model.onnx.data", "genai_config.json", "draft/model.onnx",
                "draft/model.onnx.data", "draft/genai_config.json", "draft/tokenizer.json")
                .doesNotContainKeys("draft/check.json", "draft/chat_template.jinja");
        assertThat(target().resolve("draft/model.onnx")).hasSameBinaryContentAs(zoo("llama-int4/model.onnx"));
        assertThat(JsonMapper.builder().build().readTree(target().resolve("manifest.json").toFile()).path("draft")
                .toString()).isEqualTo("{\"genai_config\":\"draft/genai_config.json\",\"tokens\":8}");
        assertThat(lines).contains("draft: tokenizer.json taken as it is").anyMatch(
                line -> line.startsWith("draft: onnxruntime-genai's builder, llama of int4, vocabulary 505"));
        try (var bundle = BackboneBundle.load(target())) {
            var draft = Objects.requireNonNull(bundle.draft());
            assertThat(draft.tokens()).isEqualTo(8);
            assertThat(draft.model().file("model.onnx")).isEqualTo(target().resolve("draft/model.onnx"));
        }
    }

    /** One that takes embeddings brings the graph that looks them up. */
    @Test
    void aDraftWithoutItsEmbeddingsTakesThemFromItsCheckpoint() {
        assertThat(run(zoo("llama"), zoo("llama-embeds")))
                .anyMatch(line -> line.startsWith("draft: embedding.onnx written"));
        var files = ModelBundle.open(target(), Component.LLM_BACKBONE).manifest().files();
        assertThat(files).containsKeys("draft/embedding.onnx", "draft/embedding.onnx.data")
                .doesNotContainKey("embedding.onnx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-int4", "llama-embeds", "llama"})
    void answersAreThoseOfTransformersWithADraftToo(String draft) throws Exception {
        run(zoo("llama"), zoo(draft));
        var report = check(BackboneConfig.defaults());

        assertThat(report.difference()).isEmpty();
        var drafts = Objects.requireNonNull(report.drafts());
        assertThat(drafts.without().asked()).isEqualTo(24);
        assertThat(drafts.without().ties()).isZero();
        assertThat(drafts.runs()).isPositive();
        assertThat(drafts.accepted()).isBetween(1L, drafts.drafted());
        assertThat(drafts.tokensPerRun()).isGreaterThan(1);
        assertThat(drafts.without().tokensPerSecond()).isPositive();
    }

    @Test
    void draftsCanBeSwitchedOff() throws Exception {
        run(zoo("llama"), zoo("llama-int4"));
        var defaults = BackboneConfig.defaults();
        var report = check(
                new BackboneConfig(defaults.stage(), defaults.prefillTokens(), defaults.maxSignalRuns(), false, 0));

        assertThat(report.difference()).isEmpty();
        assertThat(Objects.requireNonNull(report.drafts()).runs()).isZero();
        assertThat(report.drafts().without().asked()).isZero();
    }

    private CheckReport check(BackboneConfig config) throws InterruptedException {
        var stage = config.stage().onFreePorts().withoutLameDuck().withBundle(target())
                .withBatch(new BatchPolicy(64, 8)).withOnnx(OnnxSettings.cpu(1));
        var loaded = new AtomicReference<BackboneStage>();
        try (var _ = ServedStage.start("backbone", stage, resources -> {
            loaded.set(BackboneStage.load(config.withStage(stage), resources));
            return Objects.requireNonNull(loaded.get());
        })) {
            return Objects.requireNonNull(loaded.get()).check(1000, 48, 1);
        }
    }

    @ParameterizedTest
    @CsvSource(quoteCharacter = '"', value = {"llama, nemotron, a draft with the model's tokenizer",
        "llama, gpt2-optimum, a draft with the model's tokenizer",
        "llama, lfm2, can't forget tokens", "lfm2, lfm2, can't forget tokens", "mistral, mistral, can't forget tokens",
        "mistral, mistral, 'sliding_window' keeps its size"})
    void whatCannotDraftIsRefused(String model, String draft, String why) {
        assertThatThrownBy(() -> run(zoo(model), zoo(draft))).isInstanceOf(BundleException.class)
                .hasMessageStartingWith(zoo(draft).toString()).hasMessageContaining(why);
        assertThat(target()).doesNotExist();
    }

    @Test
    void aFolderThatIsNoExportIsRefused() {
        assertThatThrownBy(() -> run(zoo("llama"), folder.resolve("nothing"))).isInstanceOf(BundleException.class)
                .hasMessageContaining("nothing: no such folder");
    }

    /** A bundle that somebody else wrote is held to the same. */
    @Test
    void anotherTokenizerIsRefusedWhenABundleIsLoaded() throws IOException {
        run(zoo("llama"), zoo("llama-int4"));
        replace("\"tokens\" : 8", "\"tokens\" : 65");
        assertThatThrownBy(() -> BackboneBundle.load(target())).hasMessageContaining("draft.tokens: 65");
        replace("\"tokens\" : 65", "\"tokens\" : 8");
        replace("\"genai_config\" : \"draft/", "\"genai_config\" : \"");
        assertThatThrownBy(() -> BackboneBundle.load(target())).hasMessageContaining("in a folder of its own");
        replace("\"genai_config\" : \"", "\"genai_config\" : \"draft/");
        BackboneBundle.load(target()).close();

        var file = target().resolve("draft/tokenizer.json");
        var own = Files.readString(file);
        Files.delete(file); // a link to the export's
        Files.writeString(file, own.replace("\"a\": 64", "\"a\": 65").replaceFirst("\"b\": 65", "\"b\": 64"));
        replace("\"draft/tokenizer.json\" : \"[0-9a-f]+\"",
                "\"draft/tokenizer.json\" : \"%s\"".formatted(sha256(Files.readAllBytes(file))));
        assertThatThrownBy(() -> BackboneBundle.load(target())).isInstanceOf(BundleException.class)
                .hasMessageContainingAll("draft/tokenizer.json: ", ", where the model has 6");
    }

    private void replace(String from, String to) throws IOException {
        var manifest = target().resolve("manifest.json");
        var before = Files.readString(manifest);
        var after = before.replaceFirst(from, to);
        assertThat(after).isNotEqualTo(before);
        Files.writeString(manifest, after);
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
