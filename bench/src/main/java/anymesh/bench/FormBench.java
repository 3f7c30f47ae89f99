// SPDX-License-Identifier: Apache-2.0
package anymesh.bench;

import anymesh.backbone.constraint.Document;
import anymesh.backbone.constraint.Schema;
import anymesh.backbone.constraint.TokenTrie;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** What holding an answer to a form costs a token, against the exponentials that drawing the token costs anyway. */
final class FormBench {
    /** That of Qwen3's and Llama 3's tokenizers, roughly. */
    private static final int VOCABULARY = 151_000;
    private static final int TOKENS = 60;
    private static final Map<String, String> SCHEMAS = Map.of(
            "any object", "{\"type\":\"object\"}",
            "a string and an integer",
            "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"b\":{\"type\":"
                    + "\"integer\"}},\"required\":[\"a\",\"b\"]}",
            "a string near its greatest length", "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":8},"
                    + "\"minItems\":100}");

    private FormBench() {}

    static void run(int rounds) throws Exception {
        var texts = texts();
        var tokens = TokenTrie.of(VOCABULARY, texts);
        for (var schema : SCHEMAS.entrySet()) {
            var form = Schema.read(schema.getValue());
            var times = Medians.of(rounds, () -> exponentials(), () -> masks(form.begin(tokens)));
            System.out.printf("| form: %s | %.2f ms a token, its exponentials %.2f ms | %.2f× | |%n", schema.getKey(),
                    times.median(1), times.median(0), times.ratio(1, 0));
        }
    }

    /** Tokens as a model without an opinion would draw them, of those that are let through. */
    private static double masks(Document document) {
        var random = new Random(1);
        var logits = new float[VOCABULARY];
        long nanos = 0;
        int written = 0;
        for (; written < TOKENS && !document.isOver(); written++) {
            Arrays.fill(logits, 0);
            long start = System.nanoTime();
            document.mask(logits, Set.of(0L));
            nanos += System.nanoTime() - start;
            int token = random.nextInt(VOCABULARY);
            while (token == 0 || !Float.isFinite(logits[token])) {
                token = (token + 1) % VOCABULARY;
            }
            document.accept(token);
        }
        return nanos / 1e6 / written;
    }

    private static double exponentials() {
        var logits = new float[VOCABULARY];
        double sum = 0;
        long start = System.nanoTime();
        for (int i = 0; i < logits.length; i++) {
            logits[i] = (float) Math.exp((i % 97 - 97) / 7.0);
            sum += logits[i];
        }
        double millis = (System.nanoTime() - start) / 1e6;
        return sum > 0 ? millis : Double.NaN;
    }

    /** All bytes, and words of letters and marks as often as in text about JSON. */
    private static Map<Integer, byte[]> texts() {
        var texts = new HashMap<Integer, byte[]>();
        for (int octet = 0; octet < 256; octet++) {
            texts.put(1 + octet, new byte[]{(byte) octet});
        }
        var letters = "etaoinshrdlucmfwypvbgkjqxz";
        var marks = "\",:{}[] .0123456789\n";
        var random = new Random(1);
        for (int id = 257; id < VOCABULARY; id++) {
            var text = new StringBuilder(random.nextBoolean() ? " " : "");
            for (int left = 2 + random.nextInt(8); left > 0; left--) {
                text.append(random.nextInt(12) == 0
                        ? marks.charAt(random.nextInt(marks.length()))
                        : letters.charAt((int) (letters.length() * random.nextDouble() * random.nextDouble())));
            }
            texts.put(id, text.toString().getBytes(StandardCharsets.UTF_8));
        }
        return texts;
    }
}
