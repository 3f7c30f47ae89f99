// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

/** A batch of rows of float32. */
record Payload(int rows, int columns) {
    long bytes() {
        return 4L * rows * columns;
    }

    @Override
    public String toString() {
        return "[%d, %d] f32 (%d KiB)".formatted(rows, columns, bytes() >> 10);
    }
}
