// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.util.Set;

/** WMA and WMV: a row of objects. */
final class AsfFile implements Container {
    private static final int HEADER = 24;
    private static final long HEADER_OBJECT = 0x3026B2758E66CF11L;
    /** The samples, and four kinds of index. */
    private static final Set<Long> OTHERS = Set.of(0x3626B2758E66CF11L, 0x90080033B1E5CF11L, 0xD329E2D6DA35D111L,
            0xF803B1FEAD12644CL, 0xD03FB73C4A0C0348L);

    @Override
    public boolean is(Bytes file) {
        return file.holds(0, HEADER) && file.big(0, 8) == HEADER_OBJECT;
    }

    @Override
    public long end(Bytes file) {
        long at = 0;
        while (file.holds(at, HEADER)) {
            long size = file.little(at + 16, 8);
            long kind = file.big(at, 8);
            if (size < HEADER || StreamedLength.is(size) || (kind != HEADER_OBJECT && !OTHERS.contains(kind))) {
                return file.length(); // a broadcast, or something that was put behind it
            }
            at = Bytes.after(at, size);
        }
        return at;
    }
}
