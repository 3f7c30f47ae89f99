// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import static anymesh.backbone.decode.GraphChecks.FREE;

import anymesh.backbone.bundle.BackboneBundle;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.Closing;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxModel;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;
import java.util.Map;

/** The graph that looks token ids up: {@code [B,S] -> [B,S,hidden]}. */
final class EmbeddingGraph implements AutoCloseable {
    private final OnnxModel model;
    private final String ids;
    private final String embeds;
    private final int hidden;

    private EmbeddingGraph(OnnxModel model, String ids, String embeds, int hidden) {
        this.model = model;
        this.ids = ids;
        this.embeds = embeds;
        this.hidden = hidden;
        GraphChecks.require(model.input(ids), "model.embedding", ElementType.INT64, FREE, FREE);
        GraphChecks.require(model.output(embeds), "model.embedding", ElementType.FLOAT32, FREE, FREE, hidden);
    }

    /** Opens the graph; {@link BundleException} if it is not what the bundle says. */
    static EmbeddingGraph load(BackboneBundle bundle, OnnxSettings settings) {
        var config = bundle.genai().model().embedding();
        return Closing.opening(opened -> new EmbeddingGraph(
                opened.with(OnnxModel.load(bundle.files().file(config.filename()), settings)),
                config.inputs().idsName(), config.outputs().embedsName(), bundle.shape().hidden()));
    }

    /** Looks ids {@code [B,S]} up into the workspace. */
    Tensor embed(Tensor tokens, Workspace into) {
        var result = into.tensor(ElementType.FLOAT32, tokens.size(0), tokens.size(1), hidden);
        model.run(Map.of(ids, tokens), Map.of(embeds, result));
        return result;
    }

    @Override
    public void close() {
        model.close();
    }
}
