// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import anymesh.backbone.bundle.GenaiConfig;
import anymesh.kit.catalogue.Component;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.testing.OnnxBytes;
import anymesh.kit.testing.SafeTensorsBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exports whose decoder takes embeddings that only the checkpoint has. */
class EmbeddingImportTest {
    /** More than the vocabulary, and more bytes than are copied at once. */
    private static final int ROWS = 1100;
    private static final int HIDDEN = 32;
    private static final String MODEL = "model.safetensors";
    private static final String TABLE = "model.embed_tokens.weight";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private Path source() {
        return folder.resolve("export");
    }

    private Path target() {
        return folder.resolve("bundle");
    }

    /** Without its embeddings, of this type of number. */
    private ExportFolder export(int type) {
        var export = ExportFolder.optimum(source());
        new OnnxBytes().node("", "MatMul").input("inputs_embeds", type, -1, -1, HIDDEN)
                .input("past_key_values.0.key", type, -1, 2, -1, 16).output("present.0.key", type, -1, 2, -1, 16)
                .output("logits", type, -1, -1, ExportFolder.VOCABULARY).write(source().resolve("model.onnx"));
        return export;
    }

    private static void config(Path folder, String keys) throws IOException {
        Files.writeString(folder.resolve("config.json"),
                "{\"n_embd\": 32, \"n_head\": 2, \"n_layer\": 1, \"n_positions\": 64, \"vocab_size\": 400%s}"
                        .formatted(keys));
    }

    private List<String> run(@Nullable Path checkpoint) {
        return LanguageModelImport.run(new ImportRequest(source(), target(), "tiny", "1.0.0", "MIT", null, null, true,
                checkpoint, null, null)).lines();
    }

    private void refused(String... parts) {
        assertThatThrownBy(() -> run(null)).isInstanceOf(BundleException.class).hasMessageContainingAll(parts);
        assertThat(target()).doesNotExist();
    }

    /** Whole numbers that 8 bits of significand hold. */
    private static float number(int index) {
        return index % 251 - 125;
    }

    private static byte[] numbers(String type, int count) {
        var bytes = ByteBuffer.allocate(count * (type.equals("F32") ? 4 : 2)).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            switch (type) {
                case "F32" -> bytes.putFloat(number(i));
                case "F16" -> bytes.putShort(Float.floatToFloat16(number(i)));
                default -> bytes.putShort((short) (Float.floatToRawIntBits(number(i)) >>> 16));
            }
        }
        return bytes.array();
    }

    /** A checkpoint of a norm before, and of this table. */
    private static void checkpoint(Path file, String name, String type) {
        var table = numbers(type, ROWS * HIDDEN);
        SafeTensorsBytes.write(file, """
                {"model.norm.weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                 "%s": {"dtype": "%s", "shape": [%d, %d], "data_offsets": [8, %d]}}""".formatted(name, type, ROWS,
                HIDDEN, 8 + table.length), ByteBuffer.allocate(8 + table.length).putLong(-1).put(table).array());
    }

    /** Tensors of one byte and these shapes, which are looked at only. */
    private void shapes(String file, String type, Map<String, List<Integer>> tensors) {
        var header = tensors.entrySet().stream()
                .map(tensor -> "\"%s\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": [0, %d]}".formatted(
                        tensor.getKey(), type, tensor.getValue(),
                        tensor.getValue().stream().reduce(1, (a, b) -> a * b)))
                .collect(Collectors.joining(", ", "{", "}"));
        SafeTensorsBytes.write(source().resolve(file), header, new byte[ROWS * HIDDEN]);
    }

    @ParameterizedTest
    @CsvSource({"F32,1,gpt2,1,0", "F16,1,gpt2,1,0", "BF16,1,gpt2,1,0", "BF16,10,gpt2,1,0", "F32,10,gpt2,1,0",
        "F32,1,gemma2,5.656854249,0.0001", "BF16,1,gemma3_text,5.65625,0", "F16,10,gemma,5.65625,0.5",
        "F16,1,gemma,5.65625,0.5"})
    void theTableIsLookedUpAsTheModelDoes(String stored, int type, String family, float factor, float error)
            throws IOException {
        export(type);
        config(source(), ", \"model_type\": \"%s\"".formatted(family));
        checkpoint(source().resolve(MODEL), TABLE, stored);

        assertThat(run(null)).anyMatch(line -> line.startsWith(
                "embedding.onnx written: model.embed_tokens.weight of model.safetensors, 1100 rows of 32"));

        lookedUp(type == 1 ? ElementType.FLOAT32 : ElementType.FLOAT16, factor, error);
        assertThat(target().resolve("embedding.onnx.data")).hasSize(ROWS * HIDDEN * (stored.equals("F16") ? 2L : 4L));
        assertThat(target().resolve(MODEL)).doesNotExist();
    }

    /** Asks the bundle's graph as the service does. */
    private void lookedUp(ElementType type, float factor, float error) {
        var bundle = ModelBundle.open(target(), Component.LLM_BACKBONE);
        assertThat(bundle.manifest().files()).containsKeys("embedding.onnx", "embedding.onnx.data");
        var config = Objects.requireNonNull(bundle.read("genai_config.json", GenaiConfig.class).model().embedding());
        long[] ids = {0, 1, 399, 1099, 7, 511};
        try (var graph = OnnxModel.load(bundle.file(config.filename()), OnnxSettings.cpu(1))) {
            var found = Objects.requireNonNull(
                    graph.run(Map.of(config.inputs().idsName(), Tensor.ofLongs(ids, 2, 3)))
                            .get(config.outputs().embedsName()));
            assertThat(found.type()).isEqualTo(type);
            assertThat(found.shape()).containsExactly(2, 3, HIDDEN);
            var bytes = found.bytes();
            for (int i = 0; i < ids.length * HIDDEN; i++) {
                float expected = number((int) ids[i / HIDDEN] * HIDDEN + i % HIDDEN) * factor;
                float value = type == ElementType.FLOAT32
                        ? bytes.getFloat(i * 4)
                        : Float.float16ToFloat(bytes.getShort(i * 2));
                assertThat(value).as("%d", i).isCloseTo(expected, Offset.offset(error));
            }
        }
    }

    @Test
    void anotherFoldersCheckpointIsTakenWithWhatItsConfigSays() throws IOException {
        export(1);
        refused("the decoder takes embeddings, and no graph looks them up", "--checkpoint DIR", "found: config.json");
        var checkpoint = Files.createDirectories(folder.resolve("checkpoint"));
        config(checkpoint, ", \"model_type\": \"granite\", \"embedding_multiplier\": 12.0");
        Files.writeString(checkpoint.resolve("model.safetensors.index.json"), """
                {"metadata": {}, "weight_map": {"model.norm.weight": "model-00001-of-00002.safetensors",
                 "transformer.wte.weight": "model-00002-of-00002.safetensors"}}""");
        checkpoint(checkpoint.resolve("model-00002-of-00002.safetensors"), "transformer.wte.weight", "F32");
        checkpoint(checkpoint.resolve("consolidated.safetensors"), "tok_embeddings.weight", "F32");

        assertThat(run(checkpoint)).contains(
                "embedding.onnx written: transformer.wte.weight of model-00002-of-00002.safetensors, 1100 rows of 32, times 12.0, which the decoder leaves to it");
        lookedUp(ElementType.FLOAT32, 12, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.embed_tokens.weight", "transformer.wte.weight", "model.decoder.embed_tokens.weight",
        "gpt_neox.embed_in.weight", "backbone.embeddings.weight", "word_embeddings.weight",
        "transformer.word_embeddings.weight", "language_model.model.embed_tokens.weight", "embed_tokens.weight"})
    void theFamiliesCallItSo(String name) {
        export(1);
        checkpoint(source().resolve("pytorch.safetensors"), name, "F32");
        assertThat(run(null)).anyMatch(line -> line.startsWith("embedding.onnx written: " + name + " of pytorch"));
    }

    @Test
    void whatFitsInNameAndShapeIsTaken() {
        export(1);
        shapes(MODEL, "U8", Map.of("model.layers.61.embed_tokens.weight", List.of(400, 32), "lm_head.weight",
                List.of(400, 32), "model.embed_tokens.weight", List.of(400, 16)));
        refused("no tensor is the embedding (expected: such as model.embed_tokens.weight, 400 rows or more of 32; there are: model.embed_tokens.weight [400, 16])");
        shapes(MODEL, "U8", Map.of("a.embed_tokens.weight", List.of(400, 32), "b.wte.weight", List.of(500, 32)));
        refused("several tensors may be the embedding: a.embed_tokens.weight [400, 32], b.wte.weight [500, 32] (expected: one)");
        shapes(MODEL, "U8", Map.of("embed_tokens.weight", List.of(399, 32)));
        refused("there are: embed_tokens.weight [399, 32]");
        shapes(MODEL, "U8", Map.of("embed_tokens.weight", List.of(12800)));
        refused("there are: embed_tokens.weight [12800]");
        shapes(MODEL, "U8", Stream.iterate(0, i -> i + 1).limit(20)
                .collect(Collectors.toMap(i -> "tensor%02d".formatted(i), i -> List.of(1))));
        refused("there are: tensor00 [1], tensor01 [1]", "tensor11 [1] and 8 more");
        shapes(MODEL, "U8", Map.of());
        refused("there are: none");
        shapes(MODEL, "F8_E4M3", Map.of(TABLE, List.of(400, 32)));
        refused("model.safetensors: 'model.embed_tokens.weight' is of type F8_E4M3 (expected: F32, F16 or BF16)");
    }

    @Test
    void aFileThatLiesIsRefused() {
        export(1);
        SafeTensorsBytes.write(source().resolve(MODEL), 10_000_000_000L, "{}", new byte[4]);
        refused("model.safetensors: a header of 10000000000 bytes in a file of 14");
        SafeTensorsBytes.write(source().resolve(MODEL),
                "{\"%s\": {\"dtype\": \"F32\", \"shape\": [400, 32], \"data_offsets\": [0, 51200]}}".formatted(TABLE),
                new byte[51_199]);
        refused("tensor 'model.embed_tokens.weight': it lies at 0 to 51200 of 51199 bytes");
    }

    @Test
    void anIndexLeadsNowhereElse() throws IOException {
        var export = export(1);
        checkpoint(folder.resolve("outside.safetensors"), TABLE, "F32");
        for (var file : List.of("../outside.safetensors", folder.resolve("outside.safetensors").toString(),
                "model-1.safetensors", "config.json", "\\u0000")) {
            export.write("model.safetensors.index.json",
                    "{\"weight_map\": {\"%s\": \"%s\"}}".formatted(TABLE, file));
            refused("'model.embed_tokens.weight' is in '", "which is not there (expected: that file beside it)");
        }
        export.write("model.safetensors.index.json", "{\"weight_map\": {\"model.norm.weight\": \"a.safetensors\"}}");
        refused("no tensor is the embedding", "there are: model.norm.weight)");
        export.write("model.safetensors.index.json", "{}");
        refused("model.safetensors.index.json: weight_map: absent");
        export.write("model.safetensors.index.json", "{\"weight_map\": 5}");
        refused("weight_map: 5 (expected: an object)");
        export.delete("model.safetensors.index.json");
        Files.createSymbolicLink(source().resolve(MODEL), folder.resolve("outside.safetensors"));
        refused("model.safetensors: a link that leads out of the folder");
    }

    @Test
    void huggingFacesCacheLinksToBlobsOfTheModel() throws IOException {
        export(1);
        var model = folder.resolve("hub/models--org--tiny");
        var snapshot = Files.createDirectories(model.resolve("snapshots/0123abcd"));
        checkpoint(Files.createDirectories(model.resolve("blobs")).resolve("9f"), TABLE, "F32");
        Files.createSymbolicLink(snapshot.resolve(MODEL), Path.of("../../blobs/9f"));
        run(snapshot);
        lookedUp(ElementType.FLOAT32, 1, 0);

        Files.delete(snapshot.resolve(MODEL));
        checkpoint(folder.resolve("hub/outside"), TABLE, "F32");
        Files.createSymbolicLink(snapshot.resolve(MODEL), Path.of("../../../outside"));
        assertThatThrownBy(() -> run(snapshot)).isInstanceOf(BundleException.class)
                .hasMessageContaining("a link that leads out of the folder");
        var other = Files.createDirectories(folder.resolve("hub/precious/snapshots/0123abcd"));
        Files.createSymbolicLink(other.resolve(MODEL), Path.of("../../blobs"));
        checkpoint(folder.resolve("hub/precious/blobs"), TABLE, "F32");
        assertThatThrownBy(() -> run(other)).isInstanceOf(BundleException.class)
                .hasMessageContaining("a link that leads out of the folder");
    }

    @Test
    void aCheckpointThatIsNoFolderIsRefused() {
        export(1);
        assertThatThrownBy(() -> run(folder.resolve("none"))).isInstanceOf(BundleException.class)
                .hasMessageContaining("none: no such folder");
    }

    @Test
    void anExportThatIsWholeNeedsNone() {
        ExportFolder.optimum(source());
        assertThat(run(folder)).contains("--checkpoint is not needed: the export has its embeddings");
    }
}
