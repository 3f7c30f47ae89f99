// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** A stream that is decoded one byte at a time. Errors are passed on wherever they come, which {@link InputStream} keeps to itself. */
abstract class ByteByByte extends InputStream {
    /** The next byte, or a negative number at the end. */
    abstract int decoded() throws IOException;

    @Override
    public final int read() throws IOException {
        return decoded();
    }

    @Override
    public final int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        int done = 0;
        for (; done < length; done++) {
            int b = decoded();
            if (b < 0) {
                return done == 0 ? -1 : done;
            }
            target[offset + done] = (byte) b;
        }
        return done;
    }
}
