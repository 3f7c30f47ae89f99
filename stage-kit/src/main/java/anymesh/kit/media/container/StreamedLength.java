// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/**
 * What programs write for a length that they do not know yet, and can't go back to when they write into a pipe: nothing, all
 * ones, a power of two or a round number, less or more by some header. All are a gigabyte or more, which no file has that is
 * sent here; a length that is none of these is a promise.
 */
final class StreamedLength {
    /** sox writes 0x7FFFF000. */
    private static final long NEAR = 1 << 16;
    private static final long ROUND = 1_000_000_000;
    private static final long HEADER = 128;

    private StreamedLength() {}

    /** Whether a length of four or eight bytes, unsigned, is such a one. */
    static boolean is(long length) {
        if (length == 0 || length == -1) {
            return true;
        }
        long size = length & Long.MAX_VALUE; // 2⁶³ itself stands for nothing known either
        long above = Long.highestOneBit(size);
        boolean power = size - above <= NEAR || above - (size - above) <= NEAR;
        boolean round = (size + HEADER) % ROUND <= 2 * HEADER;
        return length < 0 || (size >= ROUND - HEADER && (power || round));
    }
}
