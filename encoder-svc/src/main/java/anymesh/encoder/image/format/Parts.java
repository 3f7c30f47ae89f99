// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Collects what a decoder is to be given of a file; neighbours become one slice. */
final class Parts {
    private final Bytes file;
    private final List<ByteBuffer> done = new ArrayList<>();
    private long start;
    private long end;

    Parts(Bytes file) {
        this.file = file;
    }

    void keep(long at, long length) {
        if (at != end) {
            flush();
            start = at;
        }
        end = at + length;
    }

    void add(ByteBuffer made) {
        flush();
        append(made);
    }

    List<ByteBuffer> all() {
        flush();
        return done;
    }

    private void flush() {
        if (end > start) {
            append(file.slice(start, end - start));
            start = end;
        }
    }

    private void append(ByteBuffer part) {
        if (done.size() == PictureFile.MAX_PARTS) {
            throw Bytes.damaged("it is made of too many pieces");
        }
        done.add(part);
    }
}
