// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** Ogg: a row of pages. */
final class OggFile implements Container {
    private static final int HEADER = 27;

    @Override
    public boolean is(Bytes file) {
        return file.has(0, "OggS");
    }

    @Override
    public long end(Bytes file) {
        long at = 0;
        while (file.has(at, "OggS")) {
            if (!file.holds(at, HEADER)) {
                return at + HEADER;
            }
            int segments = file.u8(at + HEADER - 1);
            long content = at + HEADER + segments;
            if (content > file.length()) {
                return content;
            }
            at = content;
            for (int i = 1; i <= segments; i++) {
                at += file.u8(content - i);
            }
        }
        return at;
    }
}
