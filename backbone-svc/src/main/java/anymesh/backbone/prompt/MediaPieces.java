// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.prompt;

import anymesh.backbone.bundle.PromptFormat;
import anymesh.backbone.bundle.PromptFormat.Around;
import anymesh.v1.MediaReference;
import anymesh.v1.Modality;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.error.UnsupportedModality;
import java.util.List;
import java.util.Map;

/** Writes media between their marks. */
final class MediaPieces {
    private final Map<Modality, Around> marks;
    private final MediaRows rows;

    MediaPieces(PromptFormat format, int hidden) {
        this.marks = format.media();
        this.rows = new MediaRows(format.accepts(), hidden);
    }

    /** {@link UnsupportedModality} for media that the bundle has no place for. */
    Around marks(Modality modality) {
        var around = marks.get(modality);
        if (around == null) {
            throw new UnsupportedModality("the backbone cannot read " + modality);
        }
        return around;
    }

    void add(MediaReference reference, List<EmbeddingBatch> batches, Prompt.Builder prompt) {
        var around = marks(reference.getModality());
        prompt.add(around.before());
        prompt.add(rows.copy(reference, batches));
        prompt.add(around.after());
    }
}
