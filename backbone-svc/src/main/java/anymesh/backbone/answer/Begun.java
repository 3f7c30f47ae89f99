// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.answer;

import java.util.List;

/**
 * How far an answer has come elsewhere.
 *
 * @param tokens what was written
 * @param characters Unicode code points of text that its reader has
 * @param signals signals that its reader has
 * @param logprobs log probabilities that its reader has
 * @param calls calls of which its reader has the names
 * @param argumentCharacters Unicode code points of the arguments of all calls that its reader has
 */
public record Begun(List<Integer> tokens, int characters, int signals, int logprobs, int calls,
        int argumentCharacters) {
    /** An answer that begins here. */
    public static final Begun NOTHING = new Begun(List.of(), 0, 0, 0, 0, 0);

    public Begun {
        tokens = List.copyOf(tokens);
    }
}
