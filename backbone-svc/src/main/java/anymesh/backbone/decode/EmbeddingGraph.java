// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static anymesh.backbone.decode.GraphChecks.FREE;

import anymesh.backbone.bundle.GenaiConfig;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import java.nio.file.Path;
import java.util.Map;

/** The graph that looks token ids up: {@code [B,S] -> [B,S,hidden]}. */
final class EmbeddingGraph implements TokenInput {
    private final OnnxModel model;
    private final String ids;
    private final String embeds;
    private final ElementType type;
    private final int hidden;

    private EmbeddingGraph(OnnxModel model, GenaiConfig.Embedding config, int hidden, ElementType type) {
        this.model = model;
        this.ids = config.inputs().idsName();
        this.embeds = config.outputs().embedsName();
        this.type = type;
        this.hidden = hidden;
        GraphChecks.require(model.input(ids), "model.embedding", ElementType.INT64, FREE, FREE);
        GraphChecks.require(model.output(embeds), "model.embedding", type, FREE, FREE, hidden);
    }

    /**
     * Opens the graph; {@link anymesh.kit.model.BundleException} if it is not what the bundle says.
     *
     * @param type of the embeddings that the decoder takes
     */
    static EmbeddingGraph load(Path file, GenaiConfig.Embedding config, int hidden, ElementType type,
            OnnxSettings settings) {
        return Closing.opening(opened -> new EmbeddingGraph(
                opened.with(OnnxModel.load(file, settings)), config, hidden, type));
    }

    @Override
    public Tensor of(Tensor tokens, Workspace into) {
        var result = into.tensor(type, tokens.size(0), tokens.size(1), hidden);
        model.run(Map.of(ids, tokens), Map.of(embeds, result));
        return result;
    }

    @Override
    public ElementType type() {
        return type;
    }

    @Override
    public void close() {
        model.close();
    }
}
