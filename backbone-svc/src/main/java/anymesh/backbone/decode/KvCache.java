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
            int positions = slot.positions(tokens);
            int padding = slot.positions(length) - positions;
            long bytes = (long) positions * slot.bytes();
            long stride = bytes + (long) padding * slot.bytes();
            long fromStride = (long) slot.positions(from.length) * slot.bytes();
            long before = (long) layout.before(padding) * slot.bytes();
            long fromBefore = (long) layout.before(slot.positions(from.length) - positions) * slot.bytes();
            for (int run = 0; run < slot.runs(); run++) {
                long begin = ((long) row * slot.runs() + run) * stride;
                long fromBegin = ((long) fromRow * slot.runs() + run) * fromStride;
                MemorySegment.copy(source, fromBegin + fromBefore, target, begin + before, bytes);
                if (padding > 0) {
                    // Masked positions weigh nothing, but nothing times the infinity or NaN of stale memory is NaN.
                    target.asSlice(begin, before).fill((byte) 0);
                    target.asSlice(begin + before + bytes, stride - before - bytes).fill((byte) 0);
                }
            }
        }
    }

    /** Becomes the first positions of the one row of another cache, all of whose slots {@linkplain StateSlot#grows grow}. */
    void copyFirst(KvCache from, int positions) {
        reset(1, positions);
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            var source = MemorySegment.ofBuffer(from.tensors.get(i).bytes());
            var target = MemorySegment.ofBuffer(tensors.get(i).bytes());
            long fromStride = (long) from.length * slot.bytes();
            long bytes = (long) positions * slot.bytes();
            for (int run = 0; run < slot.runs(); run++) {
                MemorySegment.copy(source, run * fromStride, target, run * bytes, bytes);
            }
        }
    }

    /** What its tensors take. */
    long bytes() {
        return tensors.stream().mapToLong(tensor -> tensor.bytes().capacity()).sum();
    }

    /** Forgets all but the first positions of its one row, in place; all that it remembers must {@linkplain StateSlot#grows grow}. */
    void keep(int positions) {
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            var bytes = MemorySegment.ofBuffer(tensors.get(i).bytes());
            long from = (long) length * slot.bytes();
            long to = (long) positions * slot.bytes();
            for (int run = 1; run < slot.runs(); run++) {
                MemorySegment.copy(bytes, run * from, bytes, run * to, to);
            }
        }
        reset(1, positions); // the memory is the same, as it is no longer than before
    }
}
