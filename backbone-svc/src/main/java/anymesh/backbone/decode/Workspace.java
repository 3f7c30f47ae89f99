// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import java.nio.ByteBuffer;

/**
 * Off-heap memory that is used again for a tensor whose shape changes from step to step: allocating it anew would cost a
 * decode step more than the copy that it saves. Grows by half and never shrinks.
 */
final class Workspace {
    private ByteBuffer memory = ByteBuffer.allocateDirect(0);

    /** A tensor with undefined contents; it takes the memory of the one before. */
    Tensor tensor(ElementType type, long... shape) {
        long bytes = type.bytes();
        for (long axis : shape) {
            bytes = Math.multiplyExact(bytes, axis);
        }
        if (bytes > memory.capacity()) {
            memory = ByteBuffer.allocateDirect(Math.toIntExact(Math.min(bytes + bytes / 2, Integer.MAX_VALUE - 8)));
        }
        return Tensor.wrap(memory.slice(0, Math.toIntExact(bytes)), type, shape);
    }
}
