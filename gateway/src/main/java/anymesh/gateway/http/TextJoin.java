// SPDX-License-Identifier: Apache-2.0
package anymesh.gateway.http;

/**
 * Puts the texts of an answer together to its {@code content}. Where media stand between two of them, a blank keeps their
 * words apart, unless there is one, or a mark that belongs to the word before. The same for whole answers and for
 * streams, whatever the pieces.
 */
final class TextJoin {
    private static final String CLOSING = ".,;:!?)]}\u2026\u201d\u2019\u00bb\u3002\u3001\uff01\uff1f";

    private int last = -1;
    private int lastCharacter = ' ';

    /** The next piece of the content: {@code text}, which is not empty and belongs to the part at {@code index}. */
    String next(int index, String text) {
        boolean apart = index != last && !Character.isWhitespace(lastCharacter)
                && !Character.isWhitespace(text.codePointAt(0)) && CLOSING.indexOf(text.codePointAt(0)) < 0;
        last = index;
        lastCharacter = text.codePointBefore(text.length());
        return apart ? " " + text : text;
    }
}
