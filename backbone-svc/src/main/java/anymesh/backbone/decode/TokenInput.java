// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.bundle.DecoderModel;
import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.OnnxSettings;
import anymesh.kit.model.Tensor;

/** What a decoder is fed for tokens. */
interface TokenInput extends AutoCloseable {

    /** The ids themselves, of a decoder that looks them up. */
    TokenInput IDS = new TokenInput() {
        @Override
        public Tensor of(Tensor ids, Workspace into) {
            return ids;
        }

        @Override
        public void close() {}
    };

    /** As the decoder takes them; {@link BundleException} if the bundle has no such, or wants media where there is no place. */
    static TokenInput load(DecoderModel model, DecoderGraph decoder, OnnxSettings settings) {
        if (!decoder.takesEmbeddings()) {
            if (!model.accepts().isEmpty()) {
                throw new BundleException(
                        "accepts: %s (expected: none, as the decoder takes ids and has no place for media)"
                                .formatted(model.accepts()));
            }
            return IDS;
        }
        var config = model.genai().embedding();
        if (config == null) {
            throw new BundleException("model.embedding is missing: the decoder takes embeddings");
        }
        return EmbeddingGraph.load(model.file(config.filename()), config, model.shape().hidden(),
                decoder.embeddingType(), settings);
    }

    /** Of ids {@code [B,S]}; what it gives may be in the workspace. */
    Tensor of(Tensor ids, Workspace into);

    /** How media stand among its embeddings. */
    default ElementType type() {
        throw new IllegalStateException("a decoder that takes ids has no place for media");
    }

    @Override
    void close();
}
