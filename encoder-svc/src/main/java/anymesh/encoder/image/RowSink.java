// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

/** Takes a picture's rows from its top, each three bytes (red, green, blue) a pixel; the array is used again. */
@FunctionalInterface
interface RowSink {
    void row(byte[] rgb);
}
