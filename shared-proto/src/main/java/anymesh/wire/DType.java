// SPDX-License-Identifier: Apache-2.0
package anymesh.wire;

/** The number format of an embedding. */
public enum DType {
    FLOAT32(4), FLOAT16(2);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one number. */
    public int bytes() {
        return bytes;
    }
}
