// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static org.assertj.core.api.Assertions.assertThat;

import anymesh.backbone.TinyBackbone;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A decoder whose keys and values stay where the session runs, as they are to on a GPU. */
class BoundDecoderTest {
    private static final int STEPS = 5;

    @TempDir
    private Path folder;

    @Test
    void whatItKeepsOfAStepIsWhatCopiesOfItWouldBe() throws IOException {
        try (var bundle = TinyBackbone.load(folder, "masked");
                var model = OnnxModel.load(bundle.decoder().file(bundle.decoder().genai().decoder().filename()),
                        OnnxSettings.cpu(1));
                var binding = model.bind()) {
            var copied = new HashMap<String, Tensor>();
            var presents = new HashMap<String, String>();
            for (var input : model.inputs().values()) {
                if (input.name().startsWith("past")) {
                    var nothing = Tensor.allocate(ElementType.FLOAT32, 1, input.shape().get(1), 0,
                            input.shape().get(3));
                    copied.put(input.name(), nothing);
                    binding.feed(input.name(), nothing);
                    presents.put(input.name().replaceFirst("^past_key_values", "present"), input.name());
                }
            }
            presents.keySet().forEach(binding::keep);
            var logits = Tensor.allocate(ElementType.FLOAT32, 1, 1, bundle.shape().vocabulary());
            var states = Tensor.allocate(ElementType.FLOAT32, 1, 1, bundle.shape().hidden());
            var random = new Random(1);
            for (int step = 0; step < STEPS; step++) {
                var feeds = step(random, step, bundle.shape().hidden());
                feeds.forEach(binding::feed);
                binding.write("logits", logits);
                binding.write("hidden_states", states);
                binding.run();
                binding.feedBack(presents);

                copied.putAll(feeds);
                var made = model.run(copied);
                presents.forEach((present, past) -> copied.put(past, made.get(present)));
                assertThat(logits.bytes()).isEqualTo(Objects.requireNonNull(made.get("logits")).bytes());
                assertThat(states.bytes()).isEqualTo(Objects.requireNonNull(made.get("hidden_states")).bytes());
            }
        }
    }

    private static Map<String, Tensor> step(Random random, int step, int hidden) {
        var embeds = new float[hidden];
        for (int i = 0; i < hidden; i++) {
            embeds[i] = (float) random.nextGaussian();
        }
        var mask = new long[step + 1];
        Arrays.fill(mask, 1);
        return Map.of("inputs_embeds", Tensor.ofFloats(embeds, 1, 1, hidden), "attention_mask",
                Tensor.ofLongs(mask, 1, mask.length), "position_ids", Tensor.ofLongs(new long[]{step}, 1, 1));
    }
}
