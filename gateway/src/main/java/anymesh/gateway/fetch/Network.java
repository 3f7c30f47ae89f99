// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.fetch;

import io.netty.util.NetUtil;
import java.util.Objects;

/** A block of addresses, as in {@code 10.0.0.0/8}. */
record Network(byte[] address, int bits) {
    static Network of(String text) {
        int slash = text.indexOf('/');
        return new Network(
                Objects.requireNonNull(NetUtil.createByteArrayFromIpAddressString(text.substring(0, slash))),
                Integer.parseInt(text.substring(slash + 1)));
    }

    boolean contains(byte[] other) {
        if (other.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < bits; bit += Byte.SIZE) {
            int mask = 0xFF << Math.max(0, Byte.SIZE - (bits - bit));
            if (((address[bit / Byte.SIZE] ^ other[bit / Byte.SIZE]) & mask & 0xFF) != 0) {
                return false;
            }
        }
        return true;
    }
}
