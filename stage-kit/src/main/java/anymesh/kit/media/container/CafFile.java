// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.media.container;

import java.nio.ByteBuffer;
import java.util.Set;

/** Apple's CAF: a row of chunks, of which the last may not know its length. */
final class CafFile implements Container {
    private static final int FIRST = 8;
    private static final int HEADER = 12;
    /** Before the samples stands how often they were edited. */
    private static final int EDIT_COUNT = 4;
    private static final int DATA_HEADER = HEADER + EDIT_COUNT;
    /** Where the first chunk says how many bytes one sample of all channels has; 0 if they differ. */
    private static final int FRAME_SIZE = FIRST + HEADER + 16;
    private static final Set<String> CHUNKS = Set.of("desc", "data", "kuki", "strg", "mark", "regn", "inst", "midi",
            "ovvw", "peak", "umid", "uuid", "info", "edct", "free", "pakt", "chan");

    @Override
    public boolean is(Bytes file) {
        return file.has(0, "caff");
    }

    @Override
    public long end(Bytes file) {
        long at = streamedData(file);
        return at == 0 ? lastEnd(file) : file.length();
    }

    /** With the length of its samples, where it does not know it. */
    @Override
    public byte[] honest(byte[] file) {
        var bytes = new Bytes(file);
        long data = streamedData(bytes);
        long frame = bytes.has(FIRST, "desc") && file.length > DATA_HEADER + FRAME_SIZE ? bytes.big(FRAME_SIZE, 4) : 0;
        if (data == 0 || frame == 0) {
            return file;
        }
        var honest = file.clone();
        long samples = file.length - data - DATA_HEADER;
        ByteBuffer.wrap(honest).putLong((int) data + 4, samples - samples % frame + EDIT_COUNT);
        return honest;
    }

    /** Where the chunk of samples begins that does not know its length; 0 if there is none. */
    private static long streamedData(Bytes file) {
        long at = FIRST;
        while (file.holds(at, HEADER) && CHUNKS.contains(file.tag(at, 4))) {
            long size = file.big(at + 4, 8);
            if (file.has(at, "data") && StreamedLength.is(size)) {
                return at;
            }
            at = Bytes.after(at + HEADER, size);
        }
        return 0;
    }

    private static long lastEnd(Bytes file) {
        long at = FIRST;
        while (file.holds(at, HEADER)) {
            if (!CHUNKS.contains(file.tag(at, 4))) {
                return file.length();
            }
            at = Bytes.after(at + HEADER, file.big(at + 4, 8));
        }
        return at;
    }
}
