// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The text of a URL without its percent encoding. What is not ASCII is no part of a URL. */
public final class PercentDecoded extends InputStream {
    private final InputStream in;

    public PercentDecoded(InputStream url) {
        in = url;
    }

    @Override
    public int read() throws IOException {
        int b = in.read();
        if (b > 0x7F) {
            throw new EncodedBytes.Broken("a character of the URL must be percent-encoded");
        }
        return b == '%' ? digit() << 4 | digit() : b;
    }

    private int digit() throws IOException {
        int digit = Character.digit(in.read(), 16);
        if (digit < 0) {
            throw new EncodedBytes.Broken("the URL has a percent sign without two digits");
        }
        return digit;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        int done = 0;
        for (; done < length; done++) {
            int b = read();
            if (b < 0) {
                return done == 0 ? -1 : done;
            }
            target[offset + done] = (byte) b;
        }
        return done;
    }
}
