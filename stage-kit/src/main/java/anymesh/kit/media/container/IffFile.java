// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** AIFF and AIFF-C. */
final class IffFile implements Container {
    private static final int HEADER = 8;

    @Override
    public boolean is(Bytes file) {
        return file.has(0, "FORM") && (file.has(HEADER, "AIFF") || file.has(HEADER, "AIFC"));
    }

    @Override
    public long end(Bytes file) {
        long size = file.big(4, 4);
        return StreamedLength.is(size) ? file.length() : HEADER + size;
    }
}
