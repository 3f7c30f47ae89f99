// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import anymesh.kit.model.ModelBundle;
import java.nio.file.Path;
import java.util.Set;

/**
 * A decoder of a bundle, with the graph that looks its embeddings up if it needs one: the bundle's own, or its draft model.
 *
 * @param folder where its files are in the bundle, such as {@code draft/}; empty for the bundle's own
 * @param genai their names
 * @param accepts the spaces of the media that stand among its embeddings
 * @param isSignalling whether the states of its positions are read
 */
public record DecoderModel(ModelBundle files, String folder, GenaiConfig.Model genai, DecoderShape shape,
        Set<String> accepts, boolean isSignalling) {

    public DecoderModel {
        accepts = Set.copyOf(accepts);
    }

    /** One of its files, by the name that its config has. */
    public Path file(String relative) {
        return files.file(folder + relative);
    }
}
