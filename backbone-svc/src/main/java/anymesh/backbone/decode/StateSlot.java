// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.TensorInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * One tensor of what a decoder remembers of each row: the keys or values of a layer, which grow by a position with each token, or a
 * state that keeps its size (of a recurrence, a convolution, or a layer that looks back through a window).
 *
 * @param past the graph's input
 * @param present its output, which is the next run's input
 * @param axes the size of each axis, in order; {@link GraphChecks#FREE} for rows, which come first, and for positions, if it grows
 * @param growing the axis of positions; 0 if its size stays
 * @param runs how often all positions of a row stand one after the other: once for each head
 * @param bytes of one position in a run, or of a row that does not grow
 */
record StateSlot(String past, String present, ElementType type, List<Long> axes, int growing, int runs, int bytes) {

    StateSlot {
        axes = List.copyOf(axes);
    }

    StateSlot(String past, String present, ElementType type, List<Long> axes, int growing) {
        this(past, present, type, axes, growing, product(axes.subList(1, growing > 0 ? growing : 1)),
                product(axes.subList(growing + 1, axes.size())) * type.bytes());
    }

    /**
     * As the graph declares it; {@link BundleException} if it can't be told where its rows and positions are.
     *
     * @param heads what the second of four axes is where the graph leaves it free, and {@code headSize} the last
     * @param capacity what the third is, if it keeps its size though the graph leaves it free
     */
    static StateSlot of(TensorInfo past, TensorInfo present, int heads, int headSize, long capacity) {
        var axes = new ArrayList<>(past.shape());
        if (axes.size() == 4) {
            size(axes, 1, heads);
            size(axes, 2, capacity);
            size(axes, 3, headSize);
        }
        var free = new ArrayList<Integer>();
        for (int axis = 1; axis < axes.size(); axis++) {
            if (axes.get(axis) == GraphChecks.FREE) {
                free.add(axis);
            }
        }
        if (axes.isEmpty() || axes.getFirst() != GraphChecks.FREE || free.size() > 1) {
            throw new BundleException(
                    "model.decoder: '%s' is %s %s (expected: a free axis for rows, then at most one for positions)"
                            .formatted(past.name(), past.type(), past.shape()));
        }
        if (past.type() != present.type() || past.rank() != present.rank()) {
            throw new BundleException(
                    "model.decoder: '%s' becomes '%s' (expected: of the same type and rank)".formatted(past, present));
        }
        return new StateSlot(past.name(), present.name(), past.type(), axes, free.isEmpty() ? 0 : free.getFirst());
    }

    private static void size(List<Long> axes, int axis, long size) {
        if (axes.get(axis) == GraphChecks.FREE) {
            axes.set(axis, size);
        }
    }

    boolean grows() {
        return growing > 0;
    }

    /** Of so many rows with so many positions. */
    long[] shape(int rows, int length) {
        var shape = new long[axes.size()];
        for (int axis = 0; axis < shape.length; axis++) {
            shape[axis] = axis == 0 ? rows : axis == growing ? length : axes.get(axis);
        }
        return shape;
    }

    /** Of a row that has seen so many tokens: one where its size stays. */
    int positions(int tokens) {
        return grows() ? tokens : 1;
    }

    private static int product(List<Long> axes) {
        return Math.toIntExact(axes.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact));
    }
}
