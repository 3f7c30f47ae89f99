// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import org.jspecify.annotations.Nullable;

/** Where one answer's keys and values are: in a row of the batch, in a cache of its own, or nowhere yet. */
final class Sequence {
    private static final int OUTSIDE = -1;

    private int length;
    private int row = OUTSIDE;
    private @Nullable KvCache own;

    /** Positions that the decoder has seen. */
    int length() {
        return length;
    }

    /** Its row in the batch; only while {@link #isInBatch}. */
    int row() {
        return row;
    }

    boolean isInBatch() {
        return row != OUTSIDE;
    }

    /** Its own cache, while it has one. */
    @Nullable
    KvCache own() {
        return own;
    }

    void grew(int positions) {
        length += positions;
    }

    void moveToRow(int newRow) {
        row = newRow;
        own = null;
    }

    void moveTo(@Nullable KvCache cache) {
        row = OUTSIDE;
        own = cache;
    }
}
