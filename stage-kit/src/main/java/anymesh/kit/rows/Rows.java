// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.rows;

import anymesh.kit.model.ElementType;
import anymesh.kit.model.Tensor;
import anymesh.wire.EmbeddingBatch;
import anymesh.wire.error.InvalidInput;
import java.nio.FloatBuffer;
import java.util.Collection;

/** Whether rows hold numbers. NaN and infinity spread through every model behind, and would be told there as its fault. */
final class Rows {
    private Rows() {}

    /** Throws {@link InvalidInput} that names the row. */
    static void requireFinite(Collection<Tensor> feeds) {
        for (var feed : feeds) {
            if (feed.type() == ElementType.FLOAT32) {
                int at = notFinite(feed.floats());
                if (at >= 0) {
                    int row = (int) (at * feed.size(0) / feed.elements());
                    throw new InvalidInput("item %d holds %s (expected: finite numbers)".formatted(row,
                            feed.floats().get(at)), param(row));
                }
            }
        }
    }

    static boolean areFinite(Collection<Tensor> tensors) {
        return tensors.stream().allMatch(tensor -> tensor.type() != ElementType.FLOAT32
                || notFinite(tensor.floats()) < 0);
    }

    /** The first row of float32 that is broken; negative if none is. */
    static int notFinite(EmbeddingBatch batch) {
        var numbers = batch.data().asFloatBuffer();
        int width = numbers.remaining() / batch.rows();
        int at = notFinite(numbers);
        return at < 0 ? at : at / width;
    }

    static String param(int row) {
        return "items[%d]".formatted(row);
    }

    private static int notFinite(FloatBuffer numbers) {
        int base = numbers.position();
        for (int i = 0; i < numbers.remaining(); i++) {
            if (!Float.isFinite(numbers.get(base + i))) {
                return i;
            }
        }
        return -1;
    }
}
