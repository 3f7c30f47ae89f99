// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import java.io.IOException;
import java.io.InputStream;

/** The text of a URL without its percent encoding. What is not ASCII is no part of a URL. */
public final class PercentDecoded extends ByteByByte {
    private final InputStream in;

    public PercentDecoded(InputStream url) {
        in = url;
    }

    @Override
    int decoded() throws IOException {
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
}
