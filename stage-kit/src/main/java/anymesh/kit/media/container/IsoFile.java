// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.util.Set;

/** MP4, M4A, MOV and 3GP, fragmented ones too: a row of boxes. */
final class IsoFile implements Container {
    private static final int HEADER = 8;
    private static final Set<String> FIRST = Set.of("ftyp", "moov", "mdat", "wide", "free", "skip", "styp", "moof",
            "pnot");
    private static final Set<String> OTHERS = Set.of("mfra", "sidx", "ssix", "udta", "uuid", "pdin", "meta", "emsg",
            "prft");

    @Override
    public boolean is(Bytes file) {
        return file.holds(0, HEADER) && FIRST.contains(file.tag(4, 4));
    }

    @Override
    public long end(Bytes file) {
        long at = 0;
        while (file.holds(at, HEADER)) {
            var type = file.tag(at + 4, 4);
            long size = file.big(at, 4);
            if (size == 0 || !(FIRST.contains(type) || OTHERS.contains(type))) {
                return file.length(); // something that was put behind it, or the last box of a file that was streamed
            }
            if (size == 1) {
                if (!file.holds(at, 2 * HEADER)) {
                    return at + 2 * HEADER;
                }
                size = file.big(at + HEADER, 8);
            }
            if (Long.compareUnsigned(size, HEADER) < 0) {
                return file.length();
            }
            at = Bytes.after(at, size);
        }
        return at;
    }
}
