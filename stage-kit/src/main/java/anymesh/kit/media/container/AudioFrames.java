// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

/** How long a frame of sound is, by its first bytes; 0 where none begins, or not enough of it is there to tell. */
final class AudioFrames {
    /** Kilobits a second of layer III, by the four bits of the header: MPEG-1, then MPEG-2 and 2.5. */
    private static final int[][] KILOBITS = {
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}};
    private static final int[] RATES = {44_100, 48_000, 32_000};
    /** Bytes by the mode, with the header's; 0: no such mode. */
    private static final int[] AMR = {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1};
    private static final int[] WIDE_AMR = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1};

    private AudioFrames() {}

    static int amr(Bytes file, long at) {
        return AMR[(file.u8(at) >> 3) & 15];
    }

    static int wideAmr(Bytes file, long at) {
        return WIDE_AMR[(file.u8(at) >> 3) & 15];
    }

    /** MP3, or AAC with ADTS headers. */
    static int mpeg(Bytes file, long at) {
        if (!file.holds(at, 6) || file.u8(at) != 0xFF || (file.u8(at + 1) & 0xE0) != 0xE0) {
            return 0;
        }
        return switch ((file.u8(at + 1) >> 1) & 3) {
            case 0 -> adts(file, at);
            case 1 -> layer3(file, at);
            default -> 0;
        };
    }

    private static int adts(Bytes file, long at) {
        int length = (int) ((file.big(at + 3, 3) >> 5) & 0x1FFF);
        return file.u8(at + 1) >= 0xF0 && length > 7 ? length : 0;
    }

    private static int layer3(Bytes file, long at) {
        int version = (file.u8(at + 1) >> 3) & 3; // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
        int kilobits = KILOBITS[version == 3 ? 0 : 1][file.u8(at + 2) >> 4];
        int rate = (file.u8(at + 2) >> 2) & 3;
        if (version == 1 || kilobits == 0 || rate == 3) {
            return 0;
        }
        int hertz = RATES[rate] / (version == 3 ? 1 : (version == 2 ? 2 : 4));
        return (version == 3 ? 144 : 72) * kilobits * 1000 / hertz + ((file.u8(at + 2) >> 1) & 1);
    }

    /** The bytes of all frames, as a first frame may say that holds no sound; 0 if it doesn't. */
    static long xingBytes(Bytes file, long first) {
        boolean mono = file.u8(first + 3) >> 6 == 3;
        boolean mpeg1 = ((file.u8(first + 1) >> 3) & 3) == 3;
        long at = first + 4 + (mpeg1 ? (mono ? 17 : 32) : (mono ? 9 : 17));
        if (!file.holds(at, 16) || !(file.has(at, "Xing") || file.has(at, "Info"))) {
            return 0;
        }
        boolean frames = (file.u8(at + 7) & 1) != 0;
        boolean bytes = (file.u8(at + 7) & 2) != 0;
        return bytes ? file.big(at + (frames ? 12 : 8), 4) : 0;
    }
}
