// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

/** What one number of a tensor is. */
public enum ElementType {
    FLOAT32(4), FLOAT16(2), INT64(8), INT32(4), BOOL(1);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
