// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.util.Set;

/**
 * WebM and MKV: elements within elements. A file that was streamed does not say how long its segment is, nor often its clusters,
 * so one looks at what is in them.
 */
final class MatroskaFile implements Container {
    private static final long EBML = 0x1A45DFA3L;
    private static final long SEGMENT = 0x18538067L;
    private static final long CLUSTER = 0x1F43B675L;
    /** What is in a segment, and what is in a cluster. */
    private static final Set<Long> INSIDE = Set.of(EBML, 0x114D9B74L, 0x1549A966L, 0x1654AE6BL, 0x1C53BB6BL,
            0x1941A469L, 0x1043A770L, 0x1254C367L, 0xECL, 0xBFL, //
            0xE7L, 0xA3L, 0xA0L, 0xABL, 0xA7L, 0xAFL, 0x5854L);
    private static final long UNKNOWN = -1;

    @Override
    public boolean is(Bytes file) {
        return file.holds(0, 5) && file.big(0, 4) == EBML;
    }

    @Override
    public long end(Bytes file) {
        long at = 0;
        while (at < file.length()) {
            int idLength = Integer.numberOfLeadingZeros(file.u8(at)) - 23;
            if (idLength > 4) {
                return file.length(); // no element
            }
            if (!file.holds(at, idLength + 1)) {
                return at + idLength + 1;
            }
            long id = file.big(at, idLength);
            int sizeLength = Integer.numberOfLeadingZeros(file.u8(at + idLength)) - 23;
            long content = at + idLength + sizeLength;
            if (sizeLength > 8 || (id != SEGMENT && id != CLUSTER && !INSIDE.contains(id))) {
                return file.length();
            }
            if (content > file.length()) {
                return content;
            }
            long size = size(file, at + idLength, sizeLength);
            if (size == UNKNOWN && id != SEGMENT && id != CLUSTER) {
                return file.length();
            }
            at = size == UNKNOWN ? content : content + size;
        }
        return at;
    }

    private static long size(Bytes file, long at, int length) {
        long ones = (1L << (7 * length)) - 1;
        long size = file.big(at, length) & ones;
        return size == ones ? UNKNOWN : size;
    }
}
