// SPDX-License-Identifier: Apache-2.0
package anymesh.kit.model;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;

/** Finds where tokens are spelled out, the longest at each place as tokenizers do. There may be thousands of them. */
public final class Spellings {
    private final Map<String, Long> ids = new HashMap<>();
    /** How long those are that begin with a character, the longest first. */
    private final Map<Character, NavigableSet<Integer>> lengths = new HashMap<>();

    /** @param tokens how each id is spelled */
    public Spellings(Map<Long, String> tokens) {
        tokens.forEach((id, text) -> {
            if (!text.isEmpty()) {
                ids.put(text, id);
                lengths.computeIfAbsent(text.charAt(0), first -> new TreeSet<>(Collections.reverseOrder()))
                        .add(text.length());
            }
        });
    }

    /** Where the token ends that begins here; -1 if none does. */
    public int endOf(String text, int from) {
        var possible = lengths.get(text.charAt(from));
        if (possible != null) {
            for (int length : possible) {
                if (from + length <= text.length() && ids.containsKey(text.substring(from, from + length))) {
                    return from + length;
                }
            }
        }
        return -1;
    }

    /** Of a token that is spelled like this. */
    public long id(String spelling) {
        return Objects.requireNonNull(ids.get(spelling), spelling);
    }
}
