// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import anymesh.wire.error.InvalidInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * How much a WAV says that it holds: RIFF, RIFX with its bytes the other way round, and RF64 and BW64 with lengths of eight bytes.
 *
 * @param riffSize what the file says that follows behind its first eight bytes
 * @param block    the bytes of one sample of all channels, if each has as many; else 1
 * @param dataAt   where the samples begin; 0: there is no chunk of them
 * @param dataSize the bytes of samples, as the file says
 */
record WavHeader(ByteOrder order, long riffSize, int block, int dataAt, long dataSize) {
    private static final int CHUNK_HEADER = 8;
    private static final int RIFF_HEADER = 12;
    /** ffmpeg needs seconds for a million. */
    private static final int MAX_CHUNKS = 1000;
    /** PCM, floats, and what says more of itself; not those whose blocks hold many samples. */
    private static final Set<Long> PLAIN = Set.of(1L, 3L, 0xFFFEL);
    private static final long IN_DS64 = 0xFFFFFFFFL;

    static boolean isWav(Bytes file) {
        return file.has(CHUNK_HEADER, "WAVE")
                && (file.has(0, "RIFF") || file.has(0, "RIFX") || file.has(0, "RF64") || file.has(0, "BW64"));
    }

    static WavHeader read(Bytes file) {
        var order = file.has(0, "RIFX") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        long riffSize = number(file, 4, 4, order);
        long longSize = IN_DS64;
        int block = 1;
        int chunks = 0;
        for (long at = RIFF_HEADER; file.holds(at, CHUNK_HEADER);) {
            if (++chunks > MAX_CHUNKS) {
                throw new InvalidInput("the file has more than %d chunks before its samples".formatted(MAX_CHUNKS));
            }
            long size = number(file, at + 4, 4, order);
            long content = at + CHUNK_HEADER;
            if (file.has(at, "data")) {
                return new WavHeader(order, riffSize, block, (int) content, size == IN_DS64 ? longSize : size);
            }
            if (file.has(at, "ds64") && file.holds(content, 16)) {
                riffSize = file.little(content, 8);
                longSize = file.little(content + 8, 8);
            }
            if (file.has(at, "fmt ") && file.holds(content, 16)
                    && PLAIN.contains(number(file, content, 2, order))) {
                // Not by the block's own field, which nobody else believes either.
                block = (int) Math.max(1,
                        number(file, content + 2, 2, order) * ((number(file, content + 14, 2, order) + 7) / 8));
            }
            at = content + size + size % 2;
        }
        return new WavHeader(order, riffSize, block, 0, 0);
    }

    /**
     * The file with the lengths that it has, as a RIFF, and without what is less than a sample at the end of its samples;
     * {@link InvalidInput} if it has less than it promised, or nothing.
     */
    byte[] honest(byte[] file) {
        long there = (long) file.length - dataAt;
        boolean whole = dataSize > 0 && dataSize <= there;
        if (dataAt == 0 || (whole && dataSize % block == 0)) {
            return file;
        }
        long samples = whole ? dataSize : there;
        if (!whole && !StreamedLength.is(dataSize)) {
            throw new InvalidInput("the file is cut off: it says that it has %s bytes of samples, but only %d are there"
                    .formatted(Long.toUnsignedString(dataSize), there));
        }
        if (samples < block || (dataSize == 0 && riffSize == file.length - CHUNK_HEADER)) {
            throw new InvalidInput("the file holds no sound: it has no samples");
        }
        var honest = file.clone();
        var header = ByteBuffer.wrap(honest).order(order);
        if (order == ByteOrder.LITTLE_ENDIAN) {
            header.put("RIFF".getBytes(StandardCharsets.ISO_8859_1));
        }
        header.putInt(4, file.length - CHUNK_HEADER);
        header.putInt(dataAt - 4, (int) (samples - samples % block));
        return honest;
    }

    private static long number(Bytes file, long at, int bytes, ByteOrder order) {
        return order == ByteOrder.BIG_ENDIAN ? file.big(at, bytes) : file.little(at, bytes);
    }
}
