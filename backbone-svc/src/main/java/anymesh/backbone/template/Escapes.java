// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

/** The escapes of Python's string literals ({@code unicode-escape}), as jinja2 resolves them in a template's. */
final class Escapes {
    private static final String LETTERS = "abfnrtv\\'\"";
    private static final String MEANINGS = "\u0007\b\f\n\r\t\u000b\\'\"";

    private Escapes() {}

    static String resolve(String literal) {
        if (literal.indexOf('\\') < 0) {
            return literal;
        }
        var resolved = new StringBuilder();
        int i = 0;
        while (i < literal.length()) {
            char c = literal.charAt(i);
            if (c != '\\' || i + 1 == literal.length()) {
                resolved.append(c);
                i++;
                continue;
            }
            i = escape(literal, i + 1, resolved);
        }
        return resolved.toString();
    }

    /** @return where it ends */
    private static int escape(String literal, int at, StringBuilder to) {
        char c = literal.charAt(at);
        int letter = LETTERS.indexOf(c);
        if (letter >= 0) {
            to.append(MEANINGS.charAt(letter));
            return at + 1;
        }
        return switch (c) {
            case '\n' -> at + 1; // the line goes on
            case 'x' -> hexadecimal(literal, at + 1, 2, to);
            case 'u' -> hexadecimal(literal, at + 1, 4, to);
            case 'U' -> hexadecimal(literal, at + 1, 8, to);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> octal(literal, at, to);
            case 'N' -> throw new TemplateFault("characters by name (\\N) are not supported");
            default -> {
                to.append('\\').append(c);
                yield at + 1;
            }
        };
    }

    private static int octal(String literal, int from, StringBuilder to) {
        int end = from;
        while (end < Math.min(literal.length(), from + 3) && literal.charAt(end) >= '0' && literal.charAt(end) <= '7') {
            end++;
        }
        to.append((char) Integer.parseInt(literal, from, end, 8));
        return end;
    }

    private static int hexadecimal(String literal, int from, int digits, StringBuilder to) {
        int end = from + digits;
        try {
            to.appendCodePoint(Integer.parseUnsignedInt(literal.substring(from, Math.min(end, literal.length())), 16));
            if (end > literal.length()) {
                throw new TemplateFault("a string has a truncated escape");
            }
        } catch (IllegalArgumentException e) {
            throw new TemplateFault("a string has a malformed escape: " + e.getMessage());
        }
        return end;
    }
}
