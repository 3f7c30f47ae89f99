// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import anymesh.kit.model.OnnxEnvironment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The least that one text-to-image answer of the built-in family takes: its ONNX graphs called one after the other on one
 * thread, with no service, no scheduler, no image file between them. The limit that the mesh is measured against.
 */
final class BareLoop implements AutoCloseable {
    private static final int LAYERS = 6;
    private static final int HEADS = 6;
    private static final int HEAD = 32;
    private static final int WIDTH = 192;
    private static final int END = 2;
    private static final int[] SIGNALS = {12, 13, 14, 15};
    private static final int LATENTS = 4 * 16 * 16;
    private static final int CONDITION = 16 * 128;

    private final OrtEnvironment environment = OnnxEnvironment.get();
    private final OrtSession embedding;
    private final OrtSession decoder;
    private final OrtSession projector;
    private final OrtSession unet;
    private final OrtSession vae;

    private final Drawing drawing;

    /** Which bundle draws, and how: with guidance the denoiser has two rows a step. */
    record Drawing(String bundle, int steps, boolean guided) {
        int rows() {
            return guided ? 2 : 1;
        }
    }

    BareLoop(Path models, Drawing drawing, int threads) throws OrtException {
        this.drawing = drawing;
        embedding = open(models.resolve("backbone/embedding.onnx"), threads);
        decoder = open(models.resolve("backbone/model.onnx"), threads);
        projector = open(models.resolve("output-projector/image/model.onnx"), threads);
        unet = open(models.resolve(drawing.bundle() + "/unet/model.onnx"), threads);
        vae = open(models.resolve(drawing.bundle() + "/vae_decoder/model.onnx"), threads);
    }

    private OrtSession open(Path file, int threads) throws OrtException {
        try (var options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(threads);
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
            return environment.createSession(file.toString(), options);
        }
    }

    /** Answers a prompt greedily and makes its picture; gives the number of tokens written. */
    int answer(long[] prompt) throws OrtException {
        try (var states = new Decoding()) {
            int token = states.feed(prompt);
            int written = 1;
            FloatBuffer signals = null;
            while (token != END) {
                if (token == SIGNALS[0]) {
                    token = states.feed(new long[]{SIGNALS[0], SIGNALS[1], SIGNALS[2], SIGNALS[3]});
                    signals = states.hidden(SIGNALS.length);
                    written += SIGNALS.length;
                } else {
                    token = states.feed(new long[]{token});
                    written++;
                }
            }
            if (signals == null) {
                throw new IllegalStateException("the prompt asked for no picture");
            }
            draw(signals);
            return written;
        }
    }

    private void draw(FloatBuffer signals) throws OrtException {
        int rows = drawing.rows();
        var condition = floats(rows * CONDITION);
        try (var input = tensor(signals, 1, SIGNALS.length, WIDTH);
                var projected = projector.run(Map.of("signals", input))) {
            condition.put((rows - 1) * CONDITION, buffer(projected, "condition"), 0, CONDITION);
        }
        var latents = floats(rows * LATENTS);
        var noise = new SplittableRandom(1);
        for (int i = 0; i < LATENTS; i++) {
            latents.put(i, (float) noise.nextDouble(-1, 1));
        }
        for (int step = 0; step < drawing.steps(); step++) {
            latents.put((rows - 1) * LATENTS, latents, 0, LATENTS);
            var t = new long[rows];
            Arrays.fill(t, 999 - 1000L * step / drawing.steps());
            try (var sample = tensor(latents, rows, 4, 16, 16);
                    var time = OnnxTensor.createTensor(environment, longs(t), new long[]{rows});
                    var states = tensor(condition, rows, 16, 128);
                    var out = unet.run(Map.of("sample", sample, "timestep", time, "encoder_hidden_states", states))) {
                advance(latents, buffer(out, "out_sample"));
            }
        }
        try (var sample = tensor(latents.slice(0, LATENTS), 1, 4, 16, 16);
                var out = vae.run(Map.of("latent_sample", sample))) {
            buffer(out, "sample");
        }
    }

    /** Guidance and a step of the cost that DDIM has; the values don't matter here. */
    private void advance(FloatBuffer latents, FloatBuffer output) {
        for (int i = 0; i < LATENTS; i++) {
            float without = output.get(i);
            float v = drawing.guided() ? without + 3 * (output.get(LATENTS + i) - without) : without;
            latents.put(i, 0.99f * latents.get(i) - 0.05f * v);
        }
    }

    @Override
    public void close() throws OrtException {
        embedding.close();
        decoder.close();
        projector.close();
        unet.close();
        vae.close();
    }

    private OnnxTensor tensor(FloatBuffer values, long... shape) throws OrtException {
        return OnnxTensor.createTensor(environment, values.duplicate().rewind(), shape);
    }

    private static FloatBuffer buffer(OrtSession.Result result, String name) {
        return ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
    }

    private static FloatBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * 4).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static LongBuffer longs(long... values) {
        return ByteBuffer.allocateDirect(values.length * 8).order(ByteOrder.nativeOrder()).asLongBuffer().put(values)
                .flip();
    }

    /** The cache of one answer: each run's present tensors are the next run's past, as they are. */
    private final class Decoding implements AutoCloseable {
        private OrtSession.@Nullable Result last;
        private int length;

        /** Feeds tokens and gives the likeliest next one. */
        int feed(long[] ids) throws OrtException {
            int count = ids.length;
            try (var tokens = OnnxTensor.createTensor(environment, longs(ids), new long[]{1, count});
                    var embedded = embedding.run(Map.of("input_ids", tokens));
                    var mask = OnnxTensor.createTensor(environment, ones(length + count),
                            new long[]{1, length + count});
                    var positions = OnnxTensor.createTensor(environment, range(length, count), new long[]{1, count});
                    var empty = OnnxTensor.createTensor(environment, floats(0), new long[]{1, HEADS, 0, HEAD})) {
                var feeds = new HashMap<String, OnnxTensor>();
                feeds.put("inputs_embeds", (OnnxTensor) embedded.get("inputs_embeds").orElseThrow());
                feeds.put("attention_mask", mask);
                feeds.put("position_ids", positions);
                for (int layer = 0; layer < LAYERS; layer++) {
                    for (var part : new String[]{"key", "value"}) {
                        feeds.put("past_key_values.%d.%s".formatted(layer, part), last == null
                                ? empty
                                : (OnnxTensor) last.get("present.%d.%s".formatted(layer, part)).orElseThrow());
                    }
                }
                var next = decoder.run(feeds);
                close();
                last = next;
                length += count;
                return likeliest(buffer(next, "logits"), count);
            }
        }

        /** Of the last of so many positions. */
        private static int likeliest(FloatBuffer logits, int positions) {
            int vocabulary = logits.capacity() / positions;
            int at = logits.capacity() - vocabulary;
            int best = 0;
            for (int i = 1; i < vocabulary; i++) {
                if (logits.get(at + i) > logits.get(at + best)) {
                    best = i;
                }
            }
            return best;
        }

        /** The last so many hidden states, off the heap. */
        FloatBuffer hidden(int count) {
            var all = buffer(Objects.requireNonNull(last), "hidden_states");
            return floats(count * WIDTH).put(0, all, all.capacity() - count * WIDTH, count * WIDTH);
        }

        @Override
        public void close() {
            if (last != null) {
                last.close();
            }
        }
    }

    private static LongBuffer ones(int count) {
        var values = new long[count];
        Arrays.fill(values, 1);
        return longs(values);
    }

    private static LongBuffer range(int from, int count) {
        return longs(LongStream.range(from, from + count).toArray());
    }
}
