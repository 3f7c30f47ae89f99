// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.constraint;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** Vocabularies to write documents with; id 0 ends an answer. */
public final class Vocabularies {
    private static final String LETTERS = "etaoinshrdlucmfwypvbgkjqxz";
    private static final String MARKS = "\",:{}[] .0123456789\n\\-é漢";

    private Vocabularies() {}

    /** All bytes, and so many tokens of several characters, cut from noise that looks a bit like JSON. */
    public static Map<Integer, byte[]> of(int more) {
        var texts = new HashMap<Integer, byte[]>();
        for (int octet = 0; octet < 256; octet++) {
            texts.put(1 + octet, new byte[]{(byte) octet});
        }
        var random = new Random(3);
        for (int id = 257; id < 257 + more; id++) {
            var text = new StringBuilder(random.nextInt(3) == 0 ? " " : "");
            for (int left = 2 + random.nextInt(6); left > 0; left--) {
                text.append(random.nextInt(4) == 0
                        ? MARKS.charAt(random.nextInt(MARKS.length()))
                        : LETTERS.charAt((int) (LETTERS.length() * random.nextDouble() * random.nextDouble())));
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
            // Tokens need not begin and end where characters do.
            texts.put(id, random.nextInt(9) == 0 ? Arrays.copyOf(bytes, bytes.length - 1) : bytes);
        }
        return texts;
    }
}
