// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import org.jspecify.annotations.Nullable;

/** Where one answer's keys and values are: in a row of a batch, in a cache of its own, or nowhere yet. */
final class Sequence {
    private static final int OUTSIDE = -1;

    private int length;
    private int row = OUTSIDE;
    private @Nullable DecodeBatch batch;
    private @Nullable KvCache own;

    /** Positions that the decoder has seen. */
    int length() {
        return length;
    }

    /** Its row in the batch; only while it is in one. */
    int row() {
        return row;
    }

    /** The batch that it is in, while it is in one. */
    @Nullable
    DecodeBatch batch() {
        return batch;
    }

    /** Its own cache, while it has one. */
    @Nullable
    KvCache own() {
        return own;
    }

    void grew(int positions) {
        length += positions;
    }

    /** Forgets all but its first positions; only while it has a cache of its own. */
    void keep(int positions) {
        if (own != null && positions < length) {
            own.keep(positions);
            length = positions;
        }
    }

    /** Forgets everything. */
    void clear() {
        length = 0;
        moveTo(null);
    }

    void moveTo(DecodeBatch newBatch, int newRow) {
        batch = newBatch;
        row = newRow;
        own = null;
    }

    void moveTo(@Nullable KvCache cache) {
        batch = null;
        row = OUTSIDE;
        own = cache;
    }
}
