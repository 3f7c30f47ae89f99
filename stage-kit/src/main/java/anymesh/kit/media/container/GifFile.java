// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** GIF: a screen, then pictures and extensions in blocks of up to 255 bytes, then a semicolon. */
final class GifFile implements Container {
    private static final int SCREEN = 13;
    private static final int EXTENSION = 0x21;
    private static final int PICTURE = 0x2C;
    private static final int TRAILER = 0x3B;

    @Override
    public boolean is(Bytes file) {
        return (file.has(0, "GIF89a") || file.has(0, "GIF87a")) && file.holds(0, SCREEN);
    }

    @Override
    public long end(Bytes file) {
        long at = (long) SCREEN + colours(file.u8(10));
        while (at < file.length()) {
            switch (file.u8(at)) {
                case EXTENSION -> at = blocks(file, at + 2);
                case PICTURE -> {
                    if (!file.holds(at, 10)) {
                        return at + 10;
                    }
                    at = blocks(file, at + 10 + colours(file.u8(at + 9)) + 1);
                }
                case TRAILER -> {
                    return at + 1;
                }
                default -> {
                    return file.length(); // what browsers take for the end too
                }
            }
        }
        return at + 1;
    }

    private static int colours(int flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static long blocks(Bytes file, long from) {
        long at = from;
        while (at < file.length() && file.u8(at) != 0) {
            at += 1 + file.u8(at);
        }
        return at + 1;
    }
}
