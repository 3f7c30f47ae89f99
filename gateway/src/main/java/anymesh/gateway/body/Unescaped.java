// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.body;

import java.io.IOException;
import java.io.InputStream;

/**
 * What stands between the quotes of a valid JSON string, without its escapes, where only ASCII means anything: an escaped
 * character beyond it becomes {@link #FOREIGN}, a byte that it has not in UTF-8 either.
 */
final class Unescaped extends ByteByByte {
    static final int FOREIGN = 0xFF;

    private final InputStream in;
    private final byte[] block = new byte[1 << 13];
    private int at;
    private int end;

    Unescaped(InputStream escaped) {
        in = escaped;
    }

    @Override
    int decoded() throws IOException {
        int b = next();
        return b == '\\' ? escaped() : b;
    }

    private int next() throws IOException {
        if (at == end) {
            end = Math.max(0, in.read(block, 0, block.length));
            at = 0;
            if (end == 0) {
                return -1;
            }
        }
        return block[at++] & 0xFF;
    }

    private int escaped() throws IOException {
        int kind = next();
        return switch (kind) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'u' -> unicode();
            default -> kind;
        };
    }

    private int unicode() throws IOException {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 4 | Character.digit(next(), 16);
        }
        return value < 0x80 ? value : FOREIGN;
    }
}
