// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.util.List;

/** An input or output of a model as its session declares it; -1 is a free axis. */
public record TensorInfo(String name, ElementType type, List<Long> shape) {

    public TensorInfo {
        shape = List.copyOf(shape);
    }

    public int rank() {
        return shape.size();
    }

    /** As it stands in a message to who exported the model: {@code sample FLOAT32[-1, 4, 16, 16]}. */
    @Override
    public String toString() {
        return name + " " + type + shape;
    }
}
