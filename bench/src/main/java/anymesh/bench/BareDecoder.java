// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;

/**
 * The least that answers of a decoder take: its graph alone, run with the shapes that answers have. Tokens and what it remembers
 * are any; nothing is chosen, tokenized or sent. Of exports whose keys and values are {@code [B,heads,P,head]}.
 */
final class BareDecoder implements AutoCloseable {
    private final OnnxModel model;
    private final List<TensorInfo> slots;
    private final long heads;
    private final long headSize;
    private final int most;
    private final boolean inPlace;
    private final ByteBuffer logits;
    private ByteBuffer[] past;
    private ByteBuffer[] present;

    /**
     * @param bundle its folder, with the config that onnxruntime-genai's builder writes
     * @param most rows times positions that there is room for
     * @param prompts as many of those that are fed in one run
     * @param inPlace whether a run writes behind what there is, as grouped-query attention can, instead of giving all of it anew
     */
    BareDecoder(Path bundle, int threads, int most, int prompts, boolean inPlace) throws IOException {
        var config = JsonMapper.builder().build().readTree(bundle.resolve("genai_config.json").toFile())
                .at("/model/decoder");
        this.heads = config.path("num_key_value_heads").asLong();
        this.headSize = config.path("head_size").asLong();
        this.model = OnnxModel.load(bundle.resolve("model.onnx"), OnnxSettings.cpu(threads));
        this.slots = model.inputs().values().stream().filter(input -> input.name().startsWith("past")).toList();
        this.most = most;
        this.inPlace = inPlace;
        this.past = memory();
        this.present = inPlace ? past : memory();
        var out = model.output("logits");
        this.logits = ByteBuffer.allocateDirect(Math.toIntExact(prompts * out.shape().getLast() * out.type().bytes()));
    }

    private ByteBuffer[] memory() {
        return slots.stream().map(slot -> ByteBuffer.allocateDirect(
                Math.toIntExact(most * heads * headSize * slot.type().bytes())))
                .toArray(ByteBuffer[]::new);
    }

    /** So many answers at once, each of a prompt, which is fed by itself, and so many tokens; how many seconds they take. */
    double seconds(int rows, int prompt, int tokens) {
        long begun = System.nanoTime();
        for (int row = 0; row < rows; row++) {
            run(1, 0, prompt);
        }
        write(rows, prompt, tokens - 1);
        return (System.nanoTime() - begun) / 1e9;
    }

    /** So many tokens of so many answers at once that have so many tokens before them; how many a second. */
    double tokensPerSecond(int rows, int before, int tokens) {
        long begun = System.nanoTime();
        write(rows, before, tokens);
        return rows * tokens * 1e9 / (System.nanoTime() - begun);
    }

    private void write(int rows, int before, int tokens) {
        for (int token = 0; token < tokens; token++) {
            run(rows, before + token, 1);
        }
    }

    private void run(int rows, int length, int tokens) {
        var feeds = new HashMap<String, Tensor>();
        feeds.put("input_ids", Tensor.allocate(ElementType.INT64, rows, tokens));
        var mask = new long[rows * (length + tokens)];
        Arrays.fill(mask, 1);
        feeds.put("attention_mask", Tensor.ofLongs(mask, rows, length + tokens));
        var out = model.output("logits");
        var results = new HashMap<String, Tensor>();
        results.put(out.name(), tensor(logits, out.type(), rows, tokens, out.shape().getLast()));
        long room = inPlace ? most / rows : length;
        for (int i = 0; i < past.length; i++) {
            var slot = slots.get(i);
            feeds.put(slot.name(), tensor(past[i], slot.type(), rows, heads, room, headSize));
            results.put(slot.name().replaceFirst("^past(_key_values)?", "present"),
                    tensor(present[i], slot.type(), rows, heads, inPlace ? room : length + tokens, headSize));
        }
        model.run(feeds, results);
        var old = past;
        past = present;
        present = old;
    }

    private static Tensor tensor(ByteBuffer memory, ElementType type, long... shape) {
        long bytes = Arrays.stream(shape).reduce(type.bytes(), Math::multiplyExact);
        return Tensor.wrap(memory.slice(0, Math.toIntExact(bytes)), type, shape);
    }

    @Override
    public void close() {
        model.close();
    }
}
