// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.bundle;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** GPT-2's printable stand-ins for the 256 bytes, in which the vocabularies of byte-level tokenizers are written. */
final class ByteAlphabet {
    private static final Map<Character, Integer> BYTES = new HashMap<>();

    static {
        int next = 256;
        for (int octet = 0; octet < 256; octet++) {
            boolean isPrintable = (octet > ' ' && octet < 0x7F) || (octet >= 0xA1 && octet != 0xAD);
            BYTES.put((char) (isPrintable ? octet : next++), octet);
        }
    }

    private ByteAlphabet() {}

    /** The bytes of a token; one that has a character of another alphabet was added as it is. */
    static byte[] bytes(String name) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < name.length(); i++) {
            Integer octet = BYTES.get(name.charAt(i));
            if (octet == null) {
                return name.getBytes(StandardCharsets.UTF_8);
            }
            bytes.write(octet);
        }
        return bytes.toByteArray();
    }
}
