// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image;

/**
 * What callers' pictures may take.
 *
 * @param maxPixels   of one picture; larger ones are refused by their header
 * @param memoryBytes of all that are decoded at once, outside of the heap
 */
public record PictureLimits(long maxPixels, long memoryBytes) {
    /** Below, there would be no room for an ordinary photo. */
    private static final long LEAST_MEMORY = 512L << 20;

    public PictureLimits {
        if (maxPixels < 1 || maxPixels > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "pictures.maxPixels: %d (expected: 1 to %d)".formatted(maxPixels, Integer.MAX_VALUE));
        }
        if (memoryBytes < LEAST_MEMORY) {
            throw new IllegalArgumentException(
                    "pictures.memoryBytes: %d (expected: at least %d)".formatted(memoryBytes, LEAST_MEMORY));
        }
    }

    /** 64 Mi pixels, and 1 GiB for decoding. */
    public static PictureLimits defaults() {
        return new PictureLimits(64L << 20, 1L << 30);
    }
}
