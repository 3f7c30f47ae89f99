// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import anymesh.encoder.image.format.PictureFile.Cost;
import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * JPEG, from SOI to EOI: segments by their lengths, scans up to the next marker. What follows EOI, such as the film of a motion
 * photo, is another file. Of the application's segments only those that colours depend on are handed on.
 */
final class JpegFile {
    private static final int SOF_BASELINE = 0xC0;
    private static final int SOF_PROGRESSIVE = 0xC2;
    private static final int DHT = 0xC4;
    private static final int JPG = 0xC8;
    private static final int DAC = 0xCC;
    private static final int SOF_LAST = 0xCF;
    private static final int RST_FIRST = 0xD0;
    private static final int RST_LAST = 0xD7;
    private static final int EOI = 0xD9;
    private static final int SOS = 0xDA;
    private static final int APP_JFIF = 0xE0;
    private static final int APP_EXIF = 0xE1;
    private static final int APP_ICC = 0xE2;
    private static final int APP_ADOBE = 0xEE;
    private static final int APP_LAST = 0xEF;
    private static final int COM = 0xFE;
    /** A profile for printing may have 2 MB. */
    private static final int MAX_PROFILE_BYTES = 4 << 20;
    private static final int FILL = 0xFF;
    private static final int BLOCK = 8;
    /** Of work, in pixels, as it was measured in this process: what a row takes besides its pixels, and a scan besides its rows. */
    private static final int ROW_WORK = 32;
    private static final int SCAN_WORK = 1024;

    private final Bytes file;
    private final Parts parts;
    private final Parts unprofiled;
    private final ByteBuffer raw;
    private Size size = new Size(0, 0);
    private Orientation orientation = Orientation.UPRIGHT;
    private boolean exifSeen;
    private boolean progressive;
    private int components;
    /** Pixels of all blocks, of which the last in each row and column may be seen in part or not at all. */
    private long decoded;
    /** Samples of all components for each 64 of the picture: 64 for grey, 96 for 4:2:0, 192 for 4:4:4. */
    private long samples;
    private int scans;
    private boolean ycck;
    private long profileBytes;

    private JpegFile(ByteBuffer file) {
        this.raw = file.slice();
        this.file = new Bytes(file, ByteOrder.BIG_ENDIAN);
        this.parts = new Parts(this.file);
        this.unprofiled = new Parts(this.file);
    }

    static PictureFile read(ByteBuffer file) {
        return new JpegFile(file).read();
    }

    private PictureFile read() {
        keep(0, 2);
        int at = afterFill(2);
        for (int marker = marker(at); marker != EOI; marker = marker(at)) {
            int length = 2 + file.u16(at + 2L);
            if (length < 4 || at + length > file.size()) {
                throw Bytes.cutOff();
            }
            segment(marker, at, length);
            at += length;
            if (marker == SOS) {
                int end = endOfScan(at);
                keep(at, end - at);
                at = end;
            }
            at = afterFill(at);
        }
        keep(at, 2);
        if (scans == 0) {
            throw Bytes.damaged("it holds no pixels");
        }
        long pixels = (long) size.width() * size.height();
        int bits = (int) (8 * samples / 64);
        var format = ycck && components == 4 ? PictureFormat.JPEG_YCCK : PictureFormat.JPEG;
        long work = scans * (decoded + (long) ROW_WORK * size.height() + SCAN_WORK);
        return new PictureFile(format, size, size, List.of(), orientation, false,
                new Cost(bits, progressive ? decoded * 2 * samples / 64 : 0, pixels * Math.max(3, components), work),
                parts.all(), profileBytes > 0 ? unprofiled.all() : List.of());
    }

    private void keep(long at, long length) {
        parts.keep(at, length);
        unprofiled.keep(at, length);
    }

    /** Before a marker there may be any number of them (ITU T.81, B.1.1.2). */
    private int afterFill(int from) {
        int at = from;
        while (file.u8(at) == FILL && file.u8(at + 1L) == FILL) {
            at++;
        }
        return at;
    }

    private int marker(int at) {
        if (file.u8(at) != 0xFF) {
            throw Bytes.damaged("a marker is missing");
        }
        return file.u8(at + 1L);
    }

    private void segment(int marker, int at, int length) {
        boolean keep = true;
        if (marker == APP_EXIF) {
            keep = false;
            var content = file.slice(at + 4L, length - 4L);
            if (!exifSeen && content.limit() > 6 && content.getInt(0) == 0x45786966) {
                exifSeen = true;
                orientation = Exif.orientation(content);
            }
        } else if (marker == APP_ICC) {
            var name = "ICC_PROFILE\0".getBytes(StandardCharsets.ISO_8859_1);
            profileBytes += length;
            keep = false;
            if (profileBytes < MAX_PROFILE_BYTES && Bytes.startsWith(file.slice(at + 4L, length - 4L), name)) {
                parts.keep(at, length);
            }
        } else if (marker == APP_JFIF) {
            keep = length >= 9 && file.tag(at + 4L).equals("JFIF"); // Not JFXX, a preview.
        } else if (marker == APP_ADOBE) {
            ycck = length >= 16 && file.tag(at + 4L).equals("Adob") && file.u8(at + 15L) == 2;
        } else if (marker == COM || (marker > APP_JFIF && marker <= APP_LAST)) {
            keep = false;
        } else if (marker == SOS) {
            if (samples == 0) {
                throw Bytes.damaged("its size is missing");
            }
            scans++;
        } else if (marker >= SOF_BASELINE && marker <= SOF_LAST && marker != DHT && marker != JPG && marker != DAC) {
            frame(marker, at);
        }
        if (keep) {
            keep(at, length);
        }
    }

    private void frame(int marker, int at) {
        if (marker > SOF_PROGRESSIVE || file.u8(at + 4L) != 8) {
            throw new InvalidInput("a JPEG of a kind that is not read (expected: baseline or progressive, 8 bits)");
        }
        if (samples != 0) {
            throw Bytes.damaged("it has two sizes");
        }
        progressive = marker == SOF_PROGRESSIVE;
        size = new Size(file.u16(at + 7L), file.u16(at + 5L));
        components = file.u8(at + 9L);
        int across = 1;
        int down = 1;
        int blocks = 0;
        for (int i = 0; i < components; i++) {
            int factors = file.u8(at + 11L + 3L * i);
            across = Math.max(across, factors >> 4);
            down = Math.max(down, factors & 15);
            blocks += (factors >> 4) * (factors & 15);
        }
        if (size.width() == 0 || size.height() == 0 || blocks == 0) {
            throw Bytes.damaged("its size is missing");
        }
        samples = Math.max(64L, 64L * blocks / ((long) across * down));
        decoded = roundedUp(size.width(), BLOCK * across) * roundedUp(size.height(), BLOCK * down);
    }

    private static long roundedUp(int number, int step) {
        return (number + step - 1L) / step * step;
    }

    /** The next marker that is no restart; fill bytes before it are left to the scan. */
    private int endOfScan(int from) {
        for (int at = from; at + 1 < raw.limit(); at++) {
            if (raw.get(at) == (byte) 0xFF) {
                int marker = Byte.toUnsignedInt(raw.get(at + 1));
                if (marker != 0 && marker != 0xFF && (marker < RST_FIRST || marker > RST_LAST)) {
                    return at;
                }
            }
        }
        throw Bytes.cutOff();
    }
}
