// SPDX-License-Identifier: Apache-2.0
package anymesh.generator.pipeline;

import java.util.Arrays;
import java.util.List;

/** The axes of one item's latents: channels, height, width, and between the first two the frames of a film. */
record LatentShape(List<Long> axes) {

    LatentShape {
        axes = List.copyOf(axes);
    }

    static LatentShape of(long... axes) {
        return new LatentShape(Arrays.stream(axes).boxed().toList());
    }

    int numbers() {
        return Math.toIntExact(axes.stream().reduce(1L, Math::multiplyExact));
    }

    /** The shape of so many of them. */
    long[] batch(int rows) {
        var shape = new long[axes.size() + 1];
        shape[0] = rows;
        for (int axis = 0; axis < axes.size(); axis++) {
            shape[axis + 1] = axes.get(axis);
        }
        return shape;
    }
}
