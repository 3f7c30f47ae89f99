// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.ElementType;
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

    /** Of ids {@code [B,S]}; what it gives may be in the workspace. */
    Tensor of(Tensor ids, Workspace into);

    /** How media stand among its embeddings. */
    default ElementType type() {
        throw new IllegalStateException("a decoder that takes ids has no place for media");
    }

    @Override
    void close();
}
