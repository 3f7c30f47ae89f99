// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** AVI: one RIFF, and further ones behind it where it is long. */
final class RiffFile implements Container {
    private static final int HEADER = 8;

    @Override
    public boolean is(Bytes file) {
        return file.has(0, "RIFF") && file.has(HEADER, "AVI ");
    }

    @Override
    public long end(Bytes file) {
        long at = 0;
        while (file.holds(at, HEADER) && file.has(at, "RIFF")) {
            long size = file.little(at + 4, 4);
            if (StreamedLength.is(size)) {
                return file.length();
            }
            at += HEADER + size + (at + HEADER + size < file.length() ? size % 2 : 0);
        }
        return at;
    }
}
