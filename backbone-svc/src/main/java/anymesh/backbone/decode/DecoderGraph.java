// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static anymesh.backbone.decode.GraphChecks.FREE;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.backbone.bundle.DecoderShape;
import anymesh.backbone.bundle.GenaiConfig;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxGraph;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The decoder: embeddings and the keys and values so far go in, logits, states and the keys and values with the new
 * positions come out. Everything is written in place, into memory of the caller.
 */
final class DecoderGraph implements AutoCloseable {
    private static final String WHY = "model.decoder";

    private final OnnxModel model;
    private final GenaiConfig.DecoderInputs inputs;
    private final GenaiConfig.DecoderOutputs outputs;
    private final DecoderShape shape;
    private final RowLayout.Found found;
    private final List<String> pastNames;
    private final List<String> presentNames;

    private DecoderGraph(OnnxModel model, GenaiConfig.Decoder config, DecoderShape shape, RowLayout.Found found) {
        this.model = model;
        this.inputs = config.inputs();
        this.outputs = config.outputs();
        this.shape = shape;
        this.found = found;
        this.pastNames = names(inputs.pastKeyNames(), inputs.pastValueNames(), shape.layers());
        this.presentNames = names(outputs.presentKeyNames(), outputs.presentValueNames(), shape.layers());
        checkInputs();
        checkOutputs();
    }

    /** Opens the graph; {@link BundleException} if it is not what the bundle says. */
    static DecoderGraph load(BackboneBundle bundle, OnnxSettings settings) {
        var config = bundle.genai().model().decoder();
        var file = bundle.files().file(config.filename());
        var found = RowLayout.of(OnnxGraph.read(file), config.inputs().attentionMask(),
                config.inputs().positionIds(), config.outputs().logits());
        return Closing.opening(opened -> new DecoderGraph(opened.with(OnnxModel.load(file, settings)), config,
                bundle.shape(), found));
    }

    Path file() {
        return model.file();
    }

    /** What its operators say of how its rows must lie. */
    RowLayout.Found found() {
        return found;
    }

    DecoderShape shape() {
        return shape;
    }

    /**
     * Runs S new positions of B rows that have P positions behind them.
     *
     * @param embeds {@code [B,S,hidden]}
     * @param mask {@code [B,P+S]} int64: 0 for padding
     * @param positions {@code [B,S]} int64: of each token in its own sequence
     * @param past B rows of P positions
     * @param present becomes B rows of P + S positions; never the same as past
     */
    void run(Tensor embeds, Tensor mask, Tensor positions, KvCache past, KvCache present, Tensor logits,
            Tensor hidden) {
        int rows = (int) embeds.size(0);
        present.reset(rows, past.length() + (int) embeds.size(1));
        var feeds = new HashMap<>(Map.of(inputs.inputsEmbeds(), embeds, inputs.attentionMask(), mask,
                inputs.positionIds(), positions));
        var results = new HashMap<>(Map.of(outputs.logits(), logits, outputs.hiddenStates(), hidden));
        for (int i = 0; i < pastNames.size(); i++) {
            feeds.put(pastNames.get(i), past.tensor(i));
            results.put(presentNames.get(i), present.tensor(i));
        }
        model.run(feeds, results);
    }

    /** Key and value of each layer, in the order of {@link KvCache#tensor}. */
    private static List<String> names(String keyPattern, String valuePattern, int layers) {
        var names = new ArrayList<String>();
        for (int layer = 0; layer < layers; layer++) {
            names.add(keyPattern.formatted(layer));
            names.add(valuePattern.formatted(layer));
        }
        return List.copyOf(names);
    }

    private void checkInputs() {
        var unknown = new HashSet<>(model.inputs().keySet());
        require(unknown, inputs.inputsEmbeds(), ElementType.FLOAT32, FREE, FREE, shape.hidden());
        require(unknown, inputs.attentionMask(), ElementType.INT64, FREE, FREE);
        require(unknown, inputs.positionIds(), ElementType.INT64, FREE, FREE);
        for (var name : pastNames) {
            require(unknown, name, ElementType.FLOAT32, FREE, shape.heads(), FREE, shape.headSize());
        }
        if (!unknown.isEmpty()) {
            throw new BundleException("%s: the graph also wants %s, which genai_config.json does not explain".formatted(
                    WHY, unknown));
        }
    }

    private void checkOutputs() {
        GraphChecks.require(model.output(outputs.logits()), WHY, ElementType.FLOAT32, FREE, FREE, shape.vocabulary());
        GraphChecks.require(model.output(outputs.hiddenStates()), WHY, ElementType.FLOAT32, FREE, FREE, shape.hidden());
        for (var name : presentNames) {
            GraphChecks.require(model.output(name), WHY, ElementType.FLOAT32, FREE, shape.heads(), FREE,
                    shape.headSize());
        }
    }

    private void require(Set<String> unknown, String name, ElementType type, long... axes) {
        GraphChecks.require(model.input(name), WHY, type, axes);
        unknown.remove(name);
    }

    @Override
    public void close() {
        model.close();
    }
}
