// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What a decoder remembers of one or more sequences, a tensor for each of its slots. A row that has fewer tokens has zeros where its
 * layout has its padding.
 */
final class KvCache {
    private final List<StateSlot> slots;
    private final RowLayout layout;
    private final List<Workspace> memory = new ArrayList<>();
    private final List<Tensor> tensors = new ArrayList<>();
    private int length;

    KvCache(List<StateSlot> slots, RowLayout layout) {
        this.slots = slots;
        this.layout = layout;
        slots.forEach(_ -> memory.add(new Workspace()));
        reset(1, 0);
    }

    /** Makes room; what was there is gone, and what is there now is undefined. */
    void reset(int newRows, int newLength) {
        length = newLength;
        tensors.clear();
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            tensors.add(memory.get(i).tensor(slot.type(), slot.shape(newRows, newLength)));
        }
    }

    /** One row that has seen nothing. */
    void clear() {
        reset(1, 0);
        tensors.forEach(tensor -> MemorySegment.ofBuffer(tensor.bytes()).fill((byte) 0));
    }

    int length() {
        return length;
    }

    /** Of the slot of this number. */
    Tensor tensor(int slot) {
        return tensors.get(slot);
    }

    /** Copies a row of another cache that has {@code tokens} positions to a row here. */
    void copyRow(int row, KvCache from, int fromRow, int tokens) {
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            var source = MemorySegment.ofBuffer(from.tensors.get(i).bytes());
            var target = MemorySegment.ofBuffer(tensors.get(i).bytes());
            if (!slot.grows()) {
                long bytes = slot.bytes();
                MemorySegment.copy(source, fromRow * bytes, target, row * bytes, bytes);
                continue;
            }
            long bytes = (long) tokens * slot.bytes();
            for (int run = 0; run < slot.runs(); run++) {
                long begin = ((long) row * slot.runs() + run) * length * slot.bytes();
                long fromBegin = ((long) fromRow * slot.runs() + run) * from.length * slot.bytes();
                // Masked positions weigh nothing, but nothing times the infinity or NaN of stale memory is NaN.
                target.asSlice(begin, (long) length * slot.bytes()).fill((byte) 0);
                MemorySegment.copy(source, fromBegin + before(from.length - tokens) * slot.bytes(), target,
                        begin + before(length - tokens) * slot.bytes(), bytes);
            }
        }
    }

    /** How many positions of a row's padding stand before its tokens. */
    private long before(int padding) {
        return layout == RowLayout.RIGHT_PADDED ? 0 : padding;
    }
}
