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
    /** Positions that room is made for at once where rows grow in place. */
    private static final int ROOM = 64;

    private final List<StateSlot> slots;
    private final RowLayout layout;
    private final List<Workspace> memory = new ArrayList<>();
    private List<Tensor> tensors = List.of();
    private int rows;
    private int length;
    /** Positions that a row has room for. */
    private int room;

    KvCache(List<StateSlot> slots, RowLayout layout) {
        this.slots = slots;
        this.layout = layout;
        slots.forEach(_ -> memory.add(new Workspace()));
        reset(1, 0);
    }

    /** Makes room; what was there is gone, and what is there now is undefined. */
    void reset(int newRows, int newLength) {
        int newRoom = layout == RowLayout.IN_PLACE ? rounded(newLength) : newLength;
        tensors = tensors(newRows, newRoom);
        rows = newRows;
        length = newLength;
        room = newRoom;
    }

    /**
     * Has so many rows, the longest of so many positions, and room for more; the first rows keep what they have. Where rows grow in place
     * only. If there is no memory for it, nothing has changed.
     */
    void resize(int newRows, int longest, int more) {
        int newRoom = longest + more <= room ? room : rounded(Math.max(longest + more, room + room / 4));
        if (newRows != rows || newRoom != room) {
            var moved = tensors(newRows, newRoom);
            for (int i = 0; i < slots.size(); i++) {
                move(slots.get(i), tensors.get(i), moved.get(i), Math.min(rows, newRows), newRoom);
            }
            tensors = moved;
            rows = newRows;
            room = newRoom;
        }
        length = longest;
    }

    /** From the last run to the first: where the memory is the same, each moves to behind where it was. */
    private void move(StateSlot slot, Tensor from, Tensor to, int count, int newRoom) {
        var source = MemorySegment.ofBuffer(from.bytes());
        var target = MemorySegment.ofBuffer(to.bytes());
        long stride = (long) room * slot.bytes();
        long newStride = (long) newRoom * slot.bytes();
        if (stride == newStride && source.address() == target.address()) {
            return;
        }
        for (int run = count * slot.runs() - 1; run >= 0; run--) {
            MemorySegment.copy(source, run * stride, target, run * newStride, (long) length * slot.bytes());
        }
    }

    private List<Tensor> tensors(int newRows, int newRoom) {
        var all = new ArrayList<Tensor>(slots.size());
        for (int i = 0; i < slots.size(); i++) {
            var slot = slots.get(i);
            all.add(memory.get(i).tensor(slot.type(), slot.shape(newRows, newRoom)));
        }
        return all;
    }

    private static int rounded(int positions) {
        return (positions / ROOM + 1) * ROOM;
    }

    /** One row that has seen nothing. */
    void clear() {
        reset(1, 0);
        if (layout != RowLayout.IN_PLACE) {
            tensors.forEach(tensor -> MemorySegment.ofBuffer(tensor.bytes()).fill((byte) 0));
        }
    }

    /** A run has written so many positions behind those of its longest row. */
    void grew(int positions) {
        length += positions;
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
            long stride = (long) slot.positions(room) * slot.bytes();
            long fromStride = (long) slot.positions(from.room) * slot.bytes();
            long before = (long) layout.before(padding) * slot.bytes();
            long fromBefore = (long) layout.before(slot.positions(from.length) - positions) * slot.bytes();
            for (int run = 0; run < slot.runs(); run++) {
                long begin = ((long) row * slot.runs() + run) * stride;
                long fromBegin = ((long) fromRow * slot.runs() + run) * fromStride;
                MemorySegment.copy(source, fromBegin + fromBefore, target, begin + before, bytes);
                if (padding > 0 && layout != RowLayout.IN_PLACE) { // whose attention looks at nothing behind a row's length
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
            long fromStride = (long) from.room * slot.bytes();
            long stride = (long) room * slot.bytes();
            long bytes = (long) positions * slot.bytes();
            for (int run = 0; run < slot.runs(); run++) {
                MemorySegment.copy(source, run * fromStride, target, run * stride, bytes);
            }
        }
    }

    /** What a row of so many positions takes, all of whose slots {@linkplain StateSlot#grows grow}. */
    long bytes(int positions) {
        return slots.stream().mapToLong(slot -> (long) positions * slot.runs() * slot.bytes()).sum();
    }

    /** Forgets all but the first positions of its one row, in place; all that it remembers must {@linkplain StateSlot#grows grow}. */
    void keep(int positions) {
        if (layout == RowLayout.IN_PLACE) {
            length = positions;
            return;
        }
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
