// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.util.Set;

/** Apple's CAF: a row of chunks, of which the last may not know its length. */
final class CafFile implements Container {
    private static final int HEADER = 12;
    private static final Set<String> CHUNKS = Set.of("desc", "data", "kuki", "strg", "mark", "regn", "inst", "midi",
            "ovvw", "peak", "umid", "uuid", "info", "edct", "free", "pakt", "chan");

    @Override
    public boolean is(Bytes file) {
        return file.has(0, "caff");
    }

    @Override
    public long end(Bytes file) {
        long at = 8;
        while (at >= 0 && at + HEADER <= file.length()) {
            long size = file.big(at + 4, 8);
            if (StreamedLength.is(size) || !CHUNKS.contains(file.tag(at, 4))) {
                return file.length();
            }
            at += HEADER + size;
        }
        return at < 0 ? Long.MAX_VALUE : at;
    }
}
