// SPDX-License-Identifier: Apache-2.0
package anymesh.encoder.image.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects what a decoder is to be given of a file; neighbours become one slice. All that is kept is no more than the file, however
 * often it names one of its pieces.
 */
final class Parts {
    private final Bytes file;
    private final List<ByteBuffer> done = new ArrayList<>();
    private long start;
    private long end;
    private long kept;

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

    void keep(ByteBuffer piece) {
        flush();
        append(piece);
        kept += piece.remaining();
        if (kept > file.size()) {
            throw Bytes.damaged("it names the same bytes again and again, for more than it holds");
        }
    }

    /** What is not in the file. */
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
            var piece = file.slice(start, end - start);
            start = end;
            keep(piece);
        }
    }

    private void append(ByteBuffer part) {
        if (done.size() == PictureFile.MAX_PARTS) {
            throw Bytes.damaged("it is made of too many pieces");
        }
        done.add(part);
    }
}
