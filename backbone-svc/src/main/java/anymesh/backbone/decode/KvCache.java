// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.backbone.bundle.DecoderShape;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Keys and values of one or more sequences: for each layer two tensors {@code [rows, heads, length, headSize]}. A row
 * that has fewer tokens has zeros where its layout has its padding.
 */
final class KvCache {
    private final DecoderShape shape;
    private final RowLayout layout;
    private final List<Workspace> memory = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private int rows;
    private int length;

    KvCache(DecoderShape shape, RowLayout layout) {
        this.shape = shape;
        this.layout = layout;
        for (int i = 0; i < 2 * shape.layers(); i++) {
            memory.add(new Workspace());
        }
        reset(1, 0);
    }

    /** Makes room; what was there is gone. */
    void reset(int newRows, int newLength) {
        rows = newRows;
        length = newLength;
        tensors.clear();
        for (var workspace : memory) {
            tensors.add(workspace.tensor(ElementType.FLOAT32, rows, shape.heads(), length, shape.headSize()));
        }
    }

    int rows() {
        return rows;
    }

    int length() {
        return length;
    }

    /** The keys of layer i/2 if i is even, its values if i is odd. */
    Tensor tensor(int i) {
        return tensors.get(i);
    }

    /** Copies a row of another cache that has {@code tokens} positions to a row here; zeros are its padding. */
    void copyRow(int row, KvCache from, int fromRow, int tokens) {
        int bytesPerToken = shape.headSize() * Float.BYTES;
        for (int i = 0; i < tensors.size(); i++) {
            var source = from.tensors.get(i).bytes();
            var target = tensors.get(i).bytes();
            for (int head = 0; head < shape.heads(); head++) {
                int begin = (row * shape.heads() + head) * length * bytesPerToken;
                int fromBegin = (fromRow * shape.heads() + head) * from.length * bytesPerToken;
                int padding = (length - tokens) * bytesPerToken;
                int bytes = tokens * bytesPerToken;
                // Masked positions weigh nothing, but nothing times the infinity or NaN of stale memory is NaN.
                MemorySegment.ofBuffer(target).asSlice(begin + (layout == RowLayout.RIGHT_PADDED ? bytes : 0), padding)
                        .fill((byte) 0);
                target.put(begin + before(length - tokens) * bytesPerToken, source,
                        fromBegin + before(from.length - tokens) * bytesPerToken, bytes);
            }
        }
    }

    /** How much of a row's padding stands before its tokens. */
    private int before(int padding) {
        return layout == RowLayout.RIGHT_PADDED ? 0 : padding;
    }
}
