// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.imports;

import anymesh.kit.testing.Bundles;
import anymesh.kit.testing.OnnxBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder as an exporter leaves it, of a decoder of two layers that nobody runs: 400 tokens, states of 32, two heads of 16. */
final class ExportFolder {
    static final int VOCABULARY = 400;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;

    final Path path;

    private ExportFolder(Path path) {
        this.path = path;
    }

    /** As Optimum's {@code text-generation-with-past}, of a tokenizer whose {@code tokenizer.json} is missing. */
    static ExportFolder optimum(Path path) {
        var folder = new ExportFolder(path);
        folder.write("config.json", """
                {"model_type": "gpt2", "n_embd": 32, "n_head": 2, "n_layer": 2, "n_positions": 128, "vocab_size": 400,
                 "bos_token_id": 0, "eos_token_id": 0}""");
        folder.tokenizer();
        decoder(FLOAT).write(path.resolve("model.onnx"));
        return folder;
    }

    /** As onnxruntime-genai's builder. */
    static ExportFolder genai(Path path) {
        var folder = new ExportFolder(path);
        folder.tokenizer();
        folder.write("genai_config.json",
                """
                        {"model": {"type": "llama", "bos_token_id": 1, "context_length": 256, "eos_token_id": 2, "vocab_size": 400,
                          "decoder": {"filename": "model.onnx", "head_size": 16, "hidden_size": 32, "num_attention_heads": 2,
                           "num_hidden_layers": 2, "num_key_value_heads": 2,
                           "inputs": {"input_ids": "input_ids", "past_key_names": "past_key_values.%d.key",
                            "past_value_names": "past_key_values.%d.value"},
                           "outputs": {"logits": "logits"}}},
                         "search": {"do_sample": false, "max_length": 256, "top_k": 50, "temperature": 1.0, "num_beams": 1}}""");
        decoder(FLOAT).write(path.resolve("model.onnx"));
        return folder;
    }

    private void tokenizer() {
        for (var name : new String[]{"vocab.json", "merges.txt", "tokenizer_config.json"}) {
            Bundles.copy(ExportFolder.class, "/imports/tokenizers/gpt2/" + name, path.resolve(name));
        }
    }

    /** What both write, of this type of number. */
    static OnnxBytes decoder(int type) {
        var graph = new OnnxBytes().node("", "MatMul").node("com.microsoft", "GroupQueryAttention").opset("", 21)
                .graph(5, OnnxBytes.tensor("weight", type, 1000)).input("input_ids", INT64, -1, -1)
                .input("attention_mask", INT64, -1, -1);
        for (int layer = 0; layer < 2; layer++) {
            for (var part : new String[]{"key", "value"}) {
                graph.input("past_key_values.%d.%s".formatted(layer, part), type, -1, 2, -1, 16)
                        .output("present.%d.%s".formatted(layer, part), type, -1, 2, -1, 16);
            }
        }
        return graph.output("logits", type, -1, -1, VOCABULARY);
    }

    ExportFolder write(String name, String text) {
        try {
            Files.createDirectories(path);
            Files.writeString(path.resolve(name), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    ExportFolder delete(String name) {
        try {
            Files.delete(path.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }
}
