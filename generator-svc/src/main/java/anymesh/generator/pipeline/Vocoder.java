// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ModelBundle;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Numbers;
import anymesh.kit.model.Tensor;
import anymesh.kit.model.TensorInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The network that hears a spectrogram: {@code [1, T, mels]} into a wave {@code [1, T · hop]} in [-1, 1], one sound a run.
 */
final class Vocoder implements AutoCloseable {
    private final OnnxModel model;
    private final TensorInfo input;
    private final TensorInfo output;
    private final int mels;
    private final int samplingRate;

    private Vocoder(ModelBundle bundle, OnnxModel model) {
        var config = bundle.read("vocoder/config.json", JsonNode.class);
        this.model = model;
        this.mels = positive(bundle, config, "model_in_dim");
        this.samplingRate = positive(bundle, config, "sampling_rate");
        this.input = only(model, model.inputs(), 3, "input [batch, frames, mels]");
        this.output = only(model, model.outputs(), 2, "output [batch, samples]");
        long declared = input.shape().getLast();
        if (declared != -1 && declared != mels) {
            throw new BundleException(
                    "%s: %s has shape %s (expected: %d at the end, vocoder/config.json's model_in_dim)"
                            .formatted(model.file(), input.name(), input.shape(), mels));
        }
    }

    static Vocoder load(ModelBundle bundle, OnnxSettings settings) {
        return Closing.opening(opened -> new Vocoder(bundle,
                opened.with(OnnxModel.load(bundle.file("vocoder/model.onnx"), settings))));
    }

    private static int positive(ModelBundle bundle, JsonNode config, String key) {
        int value = config.path(key).asInt();
        if (value < 1) {
            throw new BundleException(
                    "%s/vocoder/config.json: %s: %s (expected: > 0)".formatted(bundle.directory(), key,
                            config.path(key)));
        }
        return value;
    }

    private static TensorInfo only(OnnxModel model, Map<String, TensorInfo> tensors, int rank, String what) {
        var info = tensors.values().iterator().next();
        if (tensors.size() != 1 || info.rank() != rank) {
            throw new BundleException("%s: has %s (expected: one %s)".formatted(model.file(), tensors.values(), what));
        }
        return info;
    }

    int mels() {
        return mels;
    }

    int samplingRate() {
        return samplingRate;
    }

    /** @param mel frames times {@link #mels} numbers */
    float[] run(float[] mel) {
        var fed = Tensor.allocate(input.type(), 1, mel.length / mels, mels);
        Numbers.of(fed).write(0, mel);
        var wave = Objects
                .requireNonNull(model.run(Map.of(input.name(), fed), Set.of(output.name())).get(output.name()));
        var samples = new float[Math.toIntExact(wave.elements())];
        Numbers.of(wave).read(0, samples);
        return samples;
    }

    @Override
    public void close() {
        model.close();
    }
}
