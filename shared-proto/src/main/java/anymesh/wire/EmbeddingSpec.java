// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

import java.util.List;

/**
 * What the numbers of a batch mean.
 *
 * @param space   a stable id of the tensor space, such as {@code imagebind-1024}; batches connect only within a space
 * @param shape   of ONE row, such as [16, 128]
 * @param dtype   the number format
 * @param bundle  the model bundle that produced the numbers
 * @param version of that bundle
 */
public record EmbeddingSpec(String space, List<Integer> shape, DType dtype, String bundle, String version) {
    public EmbeddingSpec {
        requireName("space", space);
        requireName("bundle", bundle);
        requireName("version", version);
        shape = List.copyOf(shape);
        if (shape.isEmpty() || shape.size() > WireLimits.MAX_RANK) {
            throw new IllegalArgumentException(
                    "shape: %s (expected: 1 to %d axes)".formatted(shape, WireLimits.MAX_RANK));
        }
        long bytes = dtype.bytes();
        for (int axis : shape) {
            bytes = axis < 1 ? Long.MAX_VALUE : Math.min(bytes * axis, Long.MAX_VALUE >> 32);
            if (bytes > WireLimits.MAX_MESSAGE_BYTES) {
                throw new IllegalArgumentException("shape: %s of %s (expected: positive axes, at most %d bytes a row)"
                        .formatted(shape, dtype, WireLimits.MAX_MESSAGE_BYTES));
            }
        }
    }

    /** Numbers in one row. */
    public int elements() {
        int elements = 1;
        for (int axis : shape) {
            elements *= axis;
        }
        return elements;
    }

    /** Bytes of one row. */
    public long rowBytes() {
        return (long) elements() * dtype.bytes();
    }

    private static void requireName(String what, String name) {
        if (name.isBlank() || name.length() > WireLimits.MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("%s: %d characters, blank: %s (expected: 1 to %d, not blank)"
                    .formatted(what, name.length(), name.isBlank(), WireLimits.MAX_NAME_LENGTH));
        }
    }
}
