// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The one thing that is wanted of EXIF, which is a TIFF without a picture: the orientation in its first directory. */
final class Exif {
    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final byte[] PREFIX = {'E', 'x', 'i', 'f', 0, 0};

    private Exif() {}

    /** Upright if there is none, or if the EXIF is broken: then viewers show the pixels as they are. */
    static Orientation orientation(ByteBuffer exif) {
        var tiff = exif.slice();
        if (Bytes.startsWith(tiff, PREFIX)) { // JPEG's way; some writers of WebP and PNG keep it.
            tiff = tiff.slice(PREFIX.length, tiff.limit() - PREFIX.length);
        }
        if (tiff.limit() < 8) {
            return Orientation.UPRIGHT;
        }
        switch (tiff.getShort(0)) {
            case 0x4949 -> tiff.order(ByteOrder.LITTLE_ENDIAN);
            case 0x4D4D -> tiff.order(ByteOrder.BIG_ENDIAN);
            default -> {
                return Orientation.UPRIGHT;
            }
        }
        long directory = Integer.toUnsignedLong(tiff.getInt(4));
        if (directory + 2 > tiff.limit()) {
            return Orientation.UPRIGHT;
        }
        int entries = Short.toUnsignedInt(tiff.getShort((int) directory));
        for (int i = 0; i < entries; i++) {
            long at = directory + 2 + 12L * i;
            if (at + 12 > tiff.limit()) {
                break;
            }
            if (Short.toUnsignedInt(tiff.getShort((int) at)) == ORIENTATION && tiff.getShort((int) at + 2) == SHORT) {
                return Orientation.of(Short.toUnsignedInt(tiff.getShort((int) at + 8)));
            }
        }
        return Orientation.UPRIGHT;
    }
}
