// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.decode;

import anymesh.kit.model.BundleException;
import anymesh.kit.model.ElementType;
import anymesh.kit.model.TensorInfo;
import java.util.ArrayList;

/** Holds what a session declares against what the decode loop will feed it. */
final class GraphChecks {
    /** An axis that must be free: batches and lengths change from step to step. */
    static final long FREE = -1;

    private GraphChecks() {}

    /** Its type if that is a float's, else the one that is expected instead. */
    static ElementType floating(TensorInfo tensor) {
        return tensor.type() == ElementType.FLOAT16 ? ElementType.FLOAT16 : ElementType.FLOAT32;
    }

    /**
     * Throws {@link BundleException} unless the tensor has this type and these axes. A sized axis may also be left free.
     *
     * @param why what needs it, for the message
     */
    static void require(TensorInfo tensor, String why, ElementType type, long... axes) {
        boolean fits = tensor.type() == type && tensor.rank() == axes.length;
        for (int i = 0; fits && i < axes.length; i++) {
            long axis = tensor.shape().get(i);
            fits = axis == FREE || axis == axes[i];
        }
        if (!fits) {
            var expected = new ArrayList<Long>();
            for (long axis : axes) {
                expected.add(axis);
            }
            throw new BundleException("%s: '%s' is %s %s (expected: %s %s, -1 for a free axis)".formatted(why,
                    tensor.name(), tensor.type(), tensor.shape(), type, expected));
        }
    }
}
