// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** Python's white space, {@code str.isspace}, and its line ends. */
final class Blank {
    private Blank() {}

    static boolean is(int c) {
        return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20) || c == 0x85 || c == 0xa0
                || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029
                || c == 0x202f || c == 0x205f || c == 0x3000;
    }

    static boolean isLineEnd(int c) {
        return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    /** The first index from here on that is none, or the end. */
    static int skip(String text, int from) {
        int i = from;
        while (i < text.length() && is(text.charAt(i))) {
            i++;
        }
        return i;
    }

    /** The end of the text without the blanks at its end. */
    static int skipBack(String text, int from) {
        int i = text.length();
        while (i > from && is(text.charAt(i - 1))) {
            i--;
        }
        return i;
    }
}
