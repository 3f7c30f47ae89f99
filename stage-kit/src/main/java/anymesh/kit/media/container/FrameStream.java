// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** MP3, AAC with ADTS headers, AMR: a row of frames, perhaps behind tags, and perhaps begun in the middle of one. */
final class FrameStream implements Container {
    private static final int ID3_HEADER = 10;
    /** How far a first frame is looked for. */
    private static final int MOST_JUNK = 1 << 16;
    private static final String AMR = "#!AMR\n";
    private static final String AMR_WIDE = "#!AMR-WB\n";
    /** Of a Xing header's length, since what writes tags may have taken some away. */
    private static final int SLACK = 4096;

    @Override
    public boolean is(Bytes file) {
        return file.has(0, AMR) || file.has(0, AMR_WIDE) || first(file) >= 0;
    }

    @Override
    public long end(Bytes file) {
        if (file.has(0, AMR)) {
            return last(file, AMR.length(), AudioFrames::amr);
        }
        if (file.has(0, AMR_WIDE)) {
            return last(file, AMR_WIDE.length(), AudioFrames::wideAmr);
        }
        long first = first(file);
        long promised = AudioFrames.xingBytes(file, first);
        if (promised - promised / 100 - SLACK > file.length() - first) {
            return first + promised;
        }
        return last(file, first, AudioFrames::mpeg);
    }

    private interface FrameLength {
        /** The bytes of the frame that begins there, 0 if none does. */
        int of(Bytes file, long at);
    }

    private static long last(Bytes file, long first, FrameLength length) {
        long at = first;
        while (at < file.length()) {
            int frame = length.of(file, at);
            if (frame == 0) {
                return file.length(); // tags
            }
            at += frame;
        }
        return at;
    }

    /** Where two frames follow each other; -1 if there are none. */
    private static long first(Bytes file) {
        long from = 0;
        while (file.has(from, "ID3") && file.holds(from, ID3_HEADER)) {
            int size = 0;
            for (int i = 6; i < ID3_HEADER; i++) {
                size = (size << 7) | file.u8(from + i);
            }
            from += (long) ID3_HEADER + size + ((file.u8(from + 5) & 0x10) == 0 ? 0 : ID3_HEADER);
        }
        if (file.has(from, "fLaC")) {
            return -1;
        }
        for (long at = from; at < Math.min(file.length(), from + MOST_JUNK); at++) {
            int frame = AudioFrames.mpeg(file, at);
            if (frame > 0 && AudioFrames.mpeg(file, at + frame) > 0) {
                return at;
            }
        }
        return -1;
    }
}
