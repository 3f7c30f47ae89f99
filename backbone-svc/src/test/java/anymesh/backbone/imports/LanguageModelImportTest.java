// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.bundle.GenaiConfig;
import anymesh.kit.catalogue.Component;
import anymesh.kit.imports.OnnxWriter;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.TextTokenizer;
import anymesh.kit.testing.OnnxBytes;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguageModelImportTest {
    private static final String EACH = "{% for m in messages %}{{ m.content }}{% endfor %}";
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;
    @SuppressWarnings("NullAway.Init")
    private Path source;
    @SuppressWarnings("NullAway.Init")
    private Path target;

    @BeforeEach
    void places() {
        source = folder.resolve("exports/tiny model");
        target = folder.resolve("bundles/tiny");
    }

    private List<String> run() {
        return LanguageModelImport.run(new ImportRequest(source, target, "tiny", "2.0.0", null, null, null, false))
                .lines();
    }

    private JsonNode json(String name) throws IOException {
        return JsonMapper.builder().build().readTree(target.resolve(name).toFile());
    }

    private String template() throws IOException {
        return Files.readString(target.resolve("chat_template.jinja"));
    }

    /** As transformers.js' folders are: one model in several precisions. */
    @Test
    void ofSeveralGraphsOneIsTaken() throws IOException {
        ExportFolder.optimum(source);
        Files.createDirectories(source.resolve("onnx"));
        Files.move(source.resolve("model.onnx"), source.resolve("onnx/model_q4.onnx"));
        run();
        assertThat(json("genai_config.json").at("/model/decoder/filename").textValue()).isEqualTo("onnx/model_q4.onnx");

        Files.copy(source.resolve("onnx/model_q4.onnx"), source.resolve("onnx/model_fp16.onnx"));
        assertThatThrownBy(() -> run("other", null)).isInstanceOf(BundleException.class).hasMessageContaining(
                "several graphs (expected: --graph with one of [onnx/model_fp16.onnx, onnx/model_q4.onnx])");
        assertThat(run("fp16", "onnx/model_fp16.onnx")).noneMatch(line -> line.contains("--graph"));
        assertThat(folder.resolve("bundles/fp16/onnx")).isDirectoryContaining("glob:**model_fp16.onnx")
                .isDirectoryNotContaining("glob:**model_q4.onnx");

        Files.copy(source.resolve("onnx/model_q4.onnx"), source.resolve("onnx/model.onnx"));
        assertThat(run("whole", null)).contains(
                "onnx/model.onnx taken; --graph takes another: onnx/model_fp16.onnx, onnx/model_q4.onnx");
    }

    @Test
    void aGraphThatIsNotThereIsRefusedByName() {
        ExportFolder.optimum(source);
        assertThatThrownBy(() -> run("none", "onnx/model_q8.onnx")).isInstanceOf(BundleException.class)
                .hasMessageContaining("--graph onnx/model_q8.onnx: no such file").hasMessageContaining("[model.onnx]");
        assertThatThrownBy(() -> run("none", "../../model.onnx")).isInstanceOf(BundleException.class)
                .hasMessageContaining("--graph ../../model.onnx");
        source = folder.resolve("exports/genai");
        ExportFolder.genai(source);
        assertThatThrownBy(() -> run("none", "model.onnx")).isInstanceOf(BundleException.class)
                .hasMessageContaining("names the graph already (expected: without)");
        assertThat(folder.resolve("bundles")).doesNotExist();
    }

    /** Its exporter saw a short text, and the graph has the factors of short ones only. */
    @Test
    void whatRotatesLongTextsOtherwiseIsServedAsLongAsShortOnes() throws IOException {
        ExportFolder.optimum(source).write("config.json",
                """
                        {"model_type": "phi3", "hidden_size": 32, "num_attention_heads": 2, "num_hidden_layers": 2, "vocab_size": 400,
                         "max_position_embeddings": 2048, "original_max_position_embeddings": 256, "bos_token_id": 0, "eos_token_id": 0,
                         "rope_scaling": {"type": "longrope", "short_factor": [1.0], "long_factor": [2.0]}}""");
        assertThat(run("long", null))
                .anyMatch(line -> line.startsWith("context_length is 256, not 2048: as longer texts"));
        assertThatThrownBy(() -> LanguageModelImport.run(new ImportRequest(source, target, "t", "1", "MIT", null, 257,
                false))).isInstanceOf(BundleException.class)
                .hasMessageContaining("--context 257 (expected: at most 256, ");
    }

    private List<String> run(String name, @Nullable String graph) {
        return LanguageModelImport.run(new ImportRequest(source, folder.resolve("bundles").resolve(name), name, "1.0.0",
                "MIT", null, null, false, null, null, graph)).lines();
    }

    @Test
    void whatOptimumWroteBecomesABundle() throws IOException {
        ExportFolder.optimum(source);
        var before = listing(source);

        var lines = run();

        assertThat(listing(source)).isEqualTo(before);
        var bundle = ModelBundle.open(target, Component.LLM_BACKBONE);
        assertThat(bundle.manifest().bundle()).isEqualTo("tiny");
        assertThat(bundle.manifest().version()).isEqualTo("2.0.0");
        assertThat(bundle.manifest().precision()).isEqualTo("fp32");
        assertThat(bundle.manifest().license()).isEqualTo("LicenseRef-unknown");
        assertThat(bundle.manifest().files()).containsOnlyKeys("model.onnx", "genai_config.json", "tokenizer.json",
                "tokenizer_config.json", "chat_template.jinja");
        assertThat(json("manifest.json").path("prompt").toString()).isEqualTo("{\"template\":\"chat_template.jinja\"}");
        var genai = bundle.read("genai_config.json", GenaiConfig.class);
        var decoder = genai.model().decoder();
        assertThat(List.of(decoder.layers(), decoder.keyValueHeads(), decoder.headSize(), decoder.hiddenSize(),
                genai.model().vocabSize(), genai.model().contextLength())).containsExactly(2, 2, 16, 32, 400, 128);
        assertThat(decoder.filename()).isEqualTo("model.onnx");
        assertThat(genai.model().eosTokenIds()).containsExactly(0L);
        assertThat(json("genai_config.json").path("model").path("decoder").path("inputs").has("position_ids"))
                .isFalse();
        assertThat(json("genai_config.json").path("search").path("do_sample").asBoolean(true)).isFalse();
        assertThat(lines).contains(
                "recognised: Optimum's text generation, gpt2 of fp32, vocabulary 400, context 128, model.onnx",
                "tokenizer.json repaired from vocab.json and merges.txt (BPE of bytes, as GPT2Tokenizer)",
                "answers are greedy, from no file that says otherwise", "answers end at the ids [0]",
                "genai_config.json written",
                "unknown: the license, so that the manifest says LicenseRef-unknown (--license says it)");
        assertThat(String.join("\n", lines)).contains("unknown: how this model wants messages");
        try (var tokenizer = TextTokenizer.load(target.resolve("tokenizer.json"))) {
            assertThat(tokenizer.encode("<|endoftext|>")).containsExactly(0);
        }
    }

    private static List<String> listing(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.sorted().map(file -> {
                try {
                    return file + " " + Files.getLastModifiedTime(file)
                            + (Files.isRegularFile(file)
                                    ? Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                                    : "");
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }).toList();
        }
    }

    @Test
    void whatTheBuilderWroteIsCompleted() throws IOException {
        ExportFolder.genai(source).write("generation_config.json", """
                {"eos_token_id": [3, 2], "do_sample": true, "temperature": 0.6, "top_p": 0.9, "min_p": 0.05,
                 "repetition_penalty": 1.1, "max_length": 20}""")
                .write("config.json", "{\"eos_token_id\": [4, -1, 4000]}")
                .write("check.json", "{\"samples\": []}")
                .write("README.md", "---\nlanguage: en\nlicense: apache-2.0\n---\n# Model\n")
                .write("LICENSE", "the terms");
        new OnnxBytes().node("", "Add").write(source.resolve("unlisted.onnx"));

        var lines = run();

        var search = json("genai_config.json").path("search");
        assertThat(search.path("do_sample").asBoolean()).isTrue();
        assertThat(search.path("temperature").asDouble()).isEqualTo(0.6);
        assertThat(search.path("top_p").asDouble()).isEqualTo(0.9);
        assertThat(search.path("min_p").asDouble()).isEqualTo(0.05);
        assertThat(search.path("repetition_penalty").asDouble()).isEqualTo(1.1);
        assertThat(search.path("top_k").asInt()).isEqualTo(50);
        assertThat(search.path("max_length").asInt()).isEqualTo(256);
        assertThat(search.path("num_beams").asInt()).isEqualTo(1);
        assertThat(json("genai_config.json").path("model").path("eos_token_id").toString()).isEqualTo("[2,3,4]");
        var manifest = ModelBundle.open(target, Component.LLM_BACKBONE).manifest();
        assertThat(manifest.license()).isEqualTo("Apache-2.0");
        assertThat(manifest.files()).containsKeys("check.json", "LICENSE").doesNotContainKeys("unlisted.onnx",
                "README.md");
        assertThat(lines).contains("license Apache-2.0, from README.md", "genai_config.json completed",
                "check.json taken: what the original library answered");
    }

    @Test
    void withoutDoSampleAnAnswerIsGreedy() throws IOException {
        ExportFolder.genai(source).write("generation_config.json", "{\"temperature\": 0.6}");
        var genai = source.resolve("genai_config.json");
        Files.writeString(genai, Files.readString(genai).replace("\"do_sample\": false", "\"do_sample\": true"));
        run();
        assertThat(json("genai_config.json").path("search").path("do_sample").asBoolean(true)).isFalse();
    }

    @Test
    void theGraphGoesBeforeTheConfig() throws IOException {
        ExportFolder.genai(source);
        var genai = source.resolve("genai_config.json");
        Files.writeString(genai,
                Files.readString(genai).replace("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 8")
                        .replace("\"vocab_size\": 400", "\"vocab_size\": 512"));
        var lines = run();
        assertThat(json("genai_config.json").path("model").path("vocab_size").asInt()).isEqualTo(400);
        assertThat(json("genai_config.json").path("model").path("decoder").path("num_key_value_heads").asInt())
                .isEqualTo(2);
        assertThat(lines).contains("num_key_value_heads is 2, as the graph has it, not 8, as genai_config.json says",
                "vocab_size is 400, as the graph has it, not 512, as genai_config.json says");
    }

    @Test
    void externalDataAreListedAndLinkedWhereverTheGraphIs() throws IOException {
        ExportFolder.optimum(source).delete("model.onnx");
        var graph = Files.createDirectory(source.resolve("onnx")).resolve("model.onnx");
        ExportFolder.decoder(10).graph(5, OnnxBytes.tensor("w", 10, 8, "location", "model.onnx_data", "length", "16"))
                .write(graph);
        Files.write(graph.resolveSibling("model.onnx_data"), new byte[16]);

        var lines = run();

        var manifest = ModelBundle.open(target, Component.LLM_BACKBONE).manifest();
        assertThat(manifest.files()).containsKeys("onnx/model.onnx", "onnx/model.onnx_data");
        assertThat(manifest.precision()).isEqualTo("fp16");
        assertThat(Files.isSameFile(target.resolve("onnx/model.onnx_data"), graph.resolveSibling("model.onnx_data")))
                .isTrue();
        assertThat(lines.getFirst()).endsWith("onnx/model.onnx with weights in model.onnx_data");
    }

    @Test
    void aDecoderOfEmbeddingsBringsTheGraphThatLooksThemUp() throws IOException {
        ExportFolder.optimum(source);
        new OnnxBytes().node("", "MatMul").input("inputs_embeds", 1, -1, -1, 32)
                .input("past_key_values.0.key", 1, -1, 2, -1, 16).output("present.0.key", 1, -1, 2, -1, 16)
                .output("logits", 1, -1, -1, 400).write(source.resolve("model.onnx"));
        assertThatThrownBy(this::run).hasMessageContaining("the decoder takes embeddings, and no graph looks them up");
        new OnnxBytes().node("", "Gather").input("input_ids", 7, -1, -1).output("inputs_embeds", 1, -1, -1, 32)
                .write(source.resolve("embedding.onnx"));
        run();
        assertThat(json("genai_config.json").path("model").path("embedding").path("filename").asText())
                .isEqualTo("embedding.onnx");
        assertThat(ModelBundle.open(target, Component.LLM_BACKBONE).has("embedding.onnx")).isTrue();
    }

    @Test
    void theChatTemplateIsFoundWhereverItIs() throws IOException {
        var export = ExportFolder.optimum(source);
        var config = "{\"tokenizer_class\": \"GPT2Tokenizer\", \"chat_template\": %s}";

        export.write("tokenizer_config.json", config.formatted("\"in a config" + EACH + "\""));
        assertThat(templateOf("t1")).isEqualTo("in a config" + EACH);
        export.write("tokenizer_config.json", config.formatted("""
                [{"name": "tool_use", "template": "tools EACH"}, {"name": "default", "template": "one of twoEACH"}]"""
                .replace("EACH", EACH)));
        assertThat(templateOf("t2")).isEqualTo("one of two" + EACH);
        export.write("tokenizer_config.json",
                config.formatted("[{\"name\": \"rag\", \"template\": \"only" + EACH + "\"}]"));
        assertThat(templateOf("t3")).isEqualTo("only" + EACH);
        export.write("chat_template.json", "{\"chat_template\": \"in JSON" + EACH + "\"}");
        assertThat(templateOf("t4")).isEqualTo("in JSON" + EACH);
        export.write("chat_template.jinja", "in a file\n" + EACH);
        assertThat(templateOf("t5")).isEqualTo("in a file\n" + EACH);
        var own = Files.writeString(folder.resolve("mine.jinja"), "the user's" + EACH);
        target = folder.resolve("t6");
        LanguageModelImport.run(new ImportRequest(source, target, "t", "1", "MIT", own, null, false));
        assertThat(template()).isEqualTo("the user's" + EACH);
        assertThat(json("manifest.json").path("license").asText()).isEqualTo("MIT");
    }

    private String templateOf(String name) throws IOException {
        target = folder.resolve(name);
        run();
        return template();
    }

    @Test
    void aBaseModelsTemplateJoinsTheMessagesAfterItsBegin() throws IOException {
        ExportFolder.optimum(source);
        run();
        assertThat(template()).isEqualTo("{% for message in messages %}{{ message['content'] }}{% endfor %}");

        source = folder.resolve("with begin");
        ExportFolder.optimum(source).write("tokenizer_config.json",
                "{\"tokenizer_class\": \"GPT2Tokenizer\", \"add_bos_token\": true}");
        target = folder.resolve("with begin bundle");
        run();
        assertThat(template()).startsWith("{{ '<|endoftext|>' }}{% for");
    }

    @Test
    void templatesFindTheTokensThatTransformersWouldTellThem() throws IOException {
        ExportFolder.optimum(source).delete("tokenizer_config.json");
        run();
        assertThat(json("tokenizer_config.json").path("bos_token").asText()).isEqualTo("<|endoftext|>");
        assertThat(json("tokenizer_config.json").has("pad_token")).isFalse();

        source = folder.resolve("mapped");
        ExportFolder.optimum(source).write("special_tokens_map.json",
                "{\"pad_token\": {\"content\": \"!\"}}");
        target = folder.resolve("mapped bundle");
        run();
        assertThat(json("tokenizer_config.json").path("pad_token").asText()).isEqualTo("!");
    }

    @Test
    void whatNoFileSaysIsTakenFromOptionsOrNamed() throws IOException {
        ExportFolder.optimum(source).write("config.json", "{\"num_attention_heads\": 2, \"hidden_size\": 32}")
                .write("tokenizer_config.json", "{\"tokenizer_class\": \"GPT2Tokenizer\", \"eos_token\": null}");
        var lines = run();
        assertThat(lines).anyMatch(line -> line.startsWith("unknown: how many tokens") && line.contains("--context"))
                .anyMatch(line -> line.startsWith("unknown: what ends an answer"));
        assertThat(json("genai_config.json").path("model").path("context_length").asInt()).isEqualTo(2048);
        assertThat(json("genai_config.json").path("model").path("eos_token_id").toString()).isEqualTo("[]");

        target = folder.resolve("with options");
        LanguageModelImport.run(new ImportRequest(source, target, "t", "1", null, null, 77, false));
        assertThat(json("genai_config.json").path("model").path("context_length").asInt()).isEqualTo(77);
    }

    @Test
    void quantizedWeightsAreNamedByTheirBits() throws IOException {
        ExportFolder.optimum(source);
        ExportFolder.decoder(1).graph(1, OnnxWriter.message(out -> {
            out.writeString(4, "MatMulNBits");
            out.writeString(7, "com.microsoft");
            out.writeByteArray(5, OnnxWriter.message(attribute -> {
                attribute.writeString(1, "bits");
                attribute.writeInt64(3, 4);
            }));
        })).write(source.resolve("model.onnx"));
        run();
        assertThat(json("manifest.json").path("precision").asText()).isEqualTo("int4");
    }
}
