// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.kit.catalogue.Component;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders that are no model, or not a whole one, or made to harm: a sentence that says what to mend, and no bundle. */
class HostileImportTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path source() {
        return folder.resolve("export");
    }

    private Path target() {
        return folder.resolve("bundles/tiny");
    }

    private List<String> run(boolean replaces) {
        return LanguageModelImport
                .run(new ImportRequest(source(), target(), "tiny", "1.0.0", "MIT", null, null, replaces)).lines();
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> run(false)).isInstanceOf(BundleException.class).hasMessageContainingAll(parts);
        assertThat(target()).doesNotExist();
    }

    /** Whatever is refused leaves nothing half made. */
    @AfterEach
    void nothingIsLeftBeside() throws IOException {
        if (Files.exists(target().getParent())) {
            try (var files = Files.list(target().getParent())) {
                assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("tiny")))
                        .isEmpty();
            }
        }
    }

    @Test
    void aFolderThatIsNoExportIsToldWhatItIs() throws IOException {
        refused("export: no such folder (expected: the folder that an exporter wrote)");
        Files.createDirectories(source());
        refused("no model that was exported (looked for: genai_config.json, or config.json with model.onnx; found: nothing)");
        Files.writeString(source().resolve("notes.txt"), "");
        refused("found: notes.txt");
        Files.writeString(source().resolve("config.json"), "{}");
        Files.writeString(source().resolve("model.safetensors"), "");
        refused("a checkpoint, without graphs (expected: ONNX; models/zoo/export " + source() + " TARGET makes it)");
        Files.writeString(source().resolve("model.Q4.gguf"), "");
        refused("model.Q4.gguf: GGUF, without graphs", "models/zoo/export");
        Files.writeString(source().resolve("decoder_model_merged.onnx"), "");
        refused("decoder_model_merged.onnx, a decoder cut in two", "--task text-generation-with-past");
        Files.writeString(source().resolve("encoder_model.onnx"), "");
        refused("an encoder and a decoder that reads it");
        Files.delete(source().resolve("config.json"));
        Files.writeString(source().resolve("model.onnx"), "");
        refused("a graph without the config.json of its model");
        var file = source().resolve("model.Q4.gguf");
        assertThatThrownBy(
                () -> LanguageModelImport.run(new ImportRequest(file, target(), "t", "1", null, null, null, false)))
                .isInstanceOf(BundleException.class).hasMessageContaining("models/zoo/export " + file + " TARGET");
    }

    @Test
    void graphsThatAreCutOrOfSomethingElseAreRefused() throws IOException {
        var export = ExportFolder.optimum(source());
        var graph = source().resolve("model.onnx");
        var whole = Files.readAllBytes(graph);
        for (int length : new int[]{0, 1, 100, whole.length / 2, whole.length - 1}) {
            Files.write(graph, Arrays.copyOf(whole, length));
            refused("model.onnx: no");
        }
        ExportFolder.decoder(1).node("ai.onnx.contrib", "StringJoin").write(graph);
        refused("operators that ONNX Runtime hasn't got: ai.onnx.contrib:StringJoin");
        ExportFolder.decoder(1).node("com.microsoft", "EPContext").write(graph);
        refused("compiled for one device");
        ExportFolder.decoder(1).input("token_type_ids", 7, -1, -1).write(graph);
        refused("also wants 'token_type_ids'");
        ExportFolder.decoder(1).input("use_cache_branch", 9, 1).write(graph);
        refused("use_cache_branch");
        ExportFolder.decoder(16).write(graph);
        refused("'past_key_values.0.key' is of type bfloat16 (expected: float32 or float16; export it so)");
        new OnnxBytes().node("", "Add").input("input_ids", 7, -1, -1).output("logits", 1, -1, -1, 400).write(graph);
        refused("remembers nothing from token to token", "text-generation-with-past");
        new OnnxBytes().node("", "Add").input("input_ids", 7, -1, -1).output("last_hidden_state", 1, -1, -1, 400)
                .write(graph);
        refused("gives no 'logits'");
        new OnnxBytes().node("", "Add").input("pixel_values", 1, -1, 3, -1, -1).output("logits", 1, -1).write(graph);
        refused("takes [pixel_values] (expected: 'input_ids' or 'inputs_embeds')");
        export.delete("model.onnx");
        Files.createSymbolicLink(graph, Path.of("/etc/passwd"));
        refused("model.onnx: a link that leads out of the folder", "cp -rL");
        Files.delete(graph);
        Files.createSymbolicLink(graph, graph);
        refused("no model that was exported");
    }

    @Test
    void externalDataThatLeadOutOrAreMissingOrShortAreRefused() throws IOException {
        ExportFolder.optimum(source());
        Files.write(folder.resolve("outside.data"), new byte[64]);
        for (var path : List.of("/etc/passwd", "../outside.data", "sub/../../outside.data", "C:\\weights")) {
            external(path);
            refused("its weights are in '" + path + "' (expected: a ");
        }
        for (var written : List.of("manifest.json", "chat_template.jinja")) {
            Files.write(source().resolve(written), new byte[16]);
            external(written);
            refused("'" + written + "': two files of the bundle have this name");
            assertThat(source().resolve(written)).hasBinaryContent(new byte[16]);
            Files.delete(source().resolve(written));
        }
        external("weights.data");
        refused("weights.data', which is not there");
        Files.write(source().resolve("weights.data"), new byte[10]);
        refused("weights.data: 10 bytes, but model.onnx has 16 at 0");
        Files.delete(source().resolve("weights.data"));
        Files.createSymbolicLink(source().resolve("weights.data"), folder.resolve("outside.data"));
        refused("weights.data: a link that leads out of its folder");
    }

    private void external(String location) {
        ExportFolder.decoder(1).graph(5, OnnxBytes.tensor("w", 1, 4, "location", location, "length", "16"))
                .write(source().resolve("model.onnx"));
    }

    /** No array has so many bytes. */
    @Test
    void weightsLargerThanTheMemoryAreHashedAsAStream() throws IOException {
        ExportFolder.optimum(source());
        long size = (2L << 30) + 4096;
        ExportFolder.decoder(1).graph(5, OnnxBytes.tensor("w", 1, 4, "location", "weights.data", "offset",
                String.valueOf(size - 16), "length", "16")).write(source().resolve("model.onnx"));
        try (var sparse = new RandomAccessFile(source().resolve("weights.data").toFile(), "rw")) {
            sparse.setLength(size);
        }
        run(false);
        assertThat(ModelBundle.manifest(target(), Component.LLM_BACKBONE).files()).containsEntry("weights.data",
                "d702231a97a4e742e747bd3fdc81d8d1b604378660d5fc38934b865ca2a9d6d1");
    }

    @Test
    void configsThatAreNoJsonOrOfOtherKindsAreRefusedByTheirKey() throws IOException {
        var export = ExportFolder.optimum(source());
        var cases = Map.ofEntries(Map.entry("{\"n_embd\": ", "config.json: not JSON"),
                Map.entry("[1]", "config.json: a value or a list (expected: a JSON object)"),
                Map.entry("", "config.json: a value or a list"),
                Map.entry("{\"n_embd\": 32, \"n_head\": \"two\"}",
                        "n_head: \"two\" (expected: a whole number, 1 or more)"),
                Map.entry("{\"n_embd\": 32, \"n_head\": 2, \"n_layer\": -1}",
                        "n_layer: -1 (expected: a whole number, 1"),
                Map.entry("{\"n_embd\": 32, \"n_head\": 1e99}", "n_head: 1.0E99 (expected: a whole number, 1 or more)"),
                Map.entry("{\"n_embd\": 32, \"eos_token_id\": [\"a\"]}",
                        "eos_token_id: \"a\" (expected: a whole number)"),
                Map.entry("{\"n_head\": 2}", "hidden_size: neither the graph nor config.json says it"),
                Map.entry("{\"text_config\": 7}", "text_config: 7 (expected: an object)"),
                Map.entry("{\"a\": ".repeat(100_000), "config.json: not JSON"));
        cases.forEach((text, sentence) -> {
            export.write("config.json", text);
            refused(sentence);
        });
        ExportFolder.optimum(folder.resolve("other"));
        export.write("config.json", "{\"n_embd\": 32, \"n_head\": 2, \"model_type\": \"gpt2\"}");
        export.write("generation_config.json", "{\"temperature\": \"hot\"}");
        refused("generation_config.json: temperature: \"hot\" (expected: a number)");
        export.write("generation_config.json", "{\"do_sample\": 1}");
        refused("do_sample: 1 (expected: true or false)");
        export.delete("generation_config.json").write("tokenizer_config.json",
                "{\"tokenizer_class\": \"GPT2Tokenizer\", \"eos_token\": 7}");
        refused("eos_token: 7");
        export.write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\", \"chat_template\": [\"a\"]}");
        refused("chat_template: \"a\" (expected: an object with name and template)");
        export.write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\", \"chat_template\": \" \"}");
        refused("an empty chat template");
        export.write("tokenizer_config.json",
                "{\"tokenizer_class\": \"GPT2Tokenizer\", \"chat_template\": \"{% for %}\"}");
        refused("export: what became of it does not load: chat template, line 1");
    }

    @Test
    void aGenaiConfigThatIsIncompleteOrMadeToHarmIsRefused() throws IOException {
        var export = ExportFolder.genai(source());
        var whole = Files.readString(source().resolve("genai_config.json"));
        export.write("genai_config.json", "{}");
        refused("genai_config.json: model: absent");
        export.write("genai_config.json", "{\"model\": {\"decoder\": {\"pipeline\": [{}]}}}");
        refused("a decoder in several graphs");
        export.write("genai_config.json",
                whole.replace("\"filename\": \"model.onnx\"", "\"filename\": \"../model.onnx\""));
        refused("no '../model.onnx'");
        export.write("genai_config.json", whole.replace("past_key_values.%d.key", "%1000000000d"));
        refused("past_key_names: '%1000000000d' (expected: a name with one %d)");
    }

    @Test
    void aTokenizerThatIsNoneOrOfAnotherModelIsRefused() throws IOException {
        var export = ExportFolder.optimum(source()).write("tokenizer.json", "{\"version\": \"1.0\"}");
        refused("tokenizer.json: not a tokenizer");
        export.write("tokenizer.json", "not JSON");
        refused("tokenizer.json: not JSON");
        export.delete("tokenizer.json").delete("vocab.json");
        refused("no tokenizer (looked for: tokenizer.json, tokenizer.model,");
        Files.write(source().resolve("tokenizer.model"), new byte[]{10, 5, 10});
        refused("tokenizer.model: no SentencePiece model, or not all of one");
        export.delete("tokenizer.model");

        ExportFolder.optimum(folder.resolve("other"));
        Files.copy(folder.resolve("other/vocab.json"), source().resolve("vocab.json"));
        export.write("added_tokens.json", "{\"<|im_end|>\": 400}");
        refused("the tokenizer gives '<|im_end|>' the id 400, but the model has only 400");
        export.write("added_tokens.json", "{\"<|im_end|>\": null}");
        refused("added_tokens.json: <|im_end|>: null (expected: an id)");
    }

    @Test
    void aBundleThatIsThereStaysUnlessItIsToBeReplaced() throws IOException {
        ExportFolder.optimum(source());
        run(false);
        var before = Files.readString(target().resolve("manifest.json"));
        assertThatThrownBy(() -> run(false)).isInstanceOf(BundleException.class)
                .hasMessageContaining("is there already (expected: no such folder; --replace replaces it)");
        var graph = Files.readAllBytes(source().resolve("model.onnx"));
        Files.write(source().resolve("model.onnx"), new byte[3]);
        assertThatThrownBy(() -> run(true)).isInstanceOf(BundleException.class);
        assertThat(Files.readString(target().resolve("manifest.json"))).isEqualTo(before);

        Files.delete(source().resolve("model.onnx"));
        Files.write(source().resolve("model.onnx"), graph);
        Files.writeString(source().resolve("chat_template.jinja"),
                "another{% for m in messages %}{{ m.content }}{% endfor %}");
        run(true);
        assertThat(target().resolve("chat_template.jinja")).content().startsWith("another");
        assertThat(ModelBundle.open(target(), Component.LLM_BACKBONE).manifest().files().size()).isEqualTo(5);
    }

    @Test
    void aFolderThatIsNoBundleIsNotDeleted() throws IOException {
        ExportFolder.optimum(source());
        var precious = Files.writeString(Files.createDirectories(target()).resolve("thesis.txt"), "years");
        assertThatThrownBy(() -> run(true)).isInstanceOf(BundleException.class)
                .hasMessageContaining("is no bundle, so that --replace does not delete it");
        assertThat(precious).hasContent("years");
    }

    @Test
    void theSourceIsNoPlaceForTheBundle() throws IOException {
        ExportFolder.optimum(source());
        for (var place : List.of(source(), source().resolve("bundle"), folder, folder.resolve("x/../export/bundle"))) {
            assertThatThrownBy(() -> LanguageModelImport
                    .run(new ImportRequest(source(), place, "tiny", "1", null, null, null, true)))
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining("(expected: a folder elsewhere, by --to)");
        }
        assertThat(source().resolve("bundle")).doesNotExist();
    }

    @Test
    void namesThatWouldBePathsOrReleasesAreRefused() {
        for (var name : List.of("a/b", "..", "", "a@b", "a=b", ".hidden", "x".repeat(101))) {
            assertThatThrownBy(() -> new ImportRequest(source(), target(), name, "1", null, null, null, false)).as(name)
                    .isInstanceOf(BundleException.class)
                    .hasMessageContaining("--name '" + name + "' (expected: letters");
        }
        assertThatThrownBy(() -> new ImportRequest(source(), target(), "a", "1/2", null, null, null, false))
                .hasMessageContaining("--version");
        assertThatThrownBy(() -> new ImportRequest(source(), target(), "a", "1", null, null, 0, false))
                .hasMessageContaining("--context 0");
        assertThat(ImportRequest.nameOf(Path.of("/x/My model (v2)"))).isEqualTo("My-model-v2-");
        assertThat(ImportRequest.nameOf(Path.of("/"))).isEqualTo("model");
        assertThat(ImportRequest.nameOf(Path.of("/a/.hidden/"))).isEqualTo("hidden");
    }

    @Test
    void anOptionThatIsNoneIsRefused() throws IOException {
        ExportFolder.optimum(source());
        assertThatThrownBy(() -> LanguageModelImport.run(
                new ImportRequest(source(), target(), "t", "1", "any; $(rm)", null, null, false)))
                .isInstanceOf(BundleException.class)
                .hasMessageContaining("--license 'any; $(rm)' (expected: an SPDX id");
        assertThatThrownBy(() -> LanguageModelImport.run(new ImportRequest(source(), target(), "t", "1", null,
                folder.resolve("none.jinja"), null, false)))
                .isInstanceOf(BundleException.class).hasMessageContaining("none.jinja: no such file");
    }
}
