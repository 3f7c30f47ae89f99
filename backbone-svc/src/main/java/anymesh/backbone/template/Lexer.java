// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** Cuts a template into tokens as jinja2's lexer does with {@code trim_blocks} and {@code lstrip_blocks}. */
final class Lexer {
    private static final Pattern RAW = Pattern.compile("\\{%[-+]?\\s*raw\\s*(?:-%\\}\\s*|%\\})",
            Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern END_RAW = Pattern.compile(
            "\\{%([-+]?)\\s*endraw\\s*(?:\\+%\\}|-%\\}\\s*|%\\}\\n?)", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern FLOAT = Pattern.compile("(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?[eE][+-]?"
            + "(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)");
    private static final Pattern INTEGER = Pattern.compile(
            "0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{N}\\p{Mn}\\p{Mc}_]*");
    private static final List<String> OPERATORS = List.of("**", "//", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%",
            "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";");

    private final String source;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int line = 1;
    private int counted;
    /** Whether what was last read ended its line. */
    private boolean startsLine = true;

    private Lexer(String source) {
        var lines = source.replace("\r\n", "\n").replace('\r', '\n');
        this.source = lines.endsWith("\n") ? lines.substring(0, lines.length() - 1) : lines;
    }

    /** The tokens of a template, with an END; {@link TemplateFault} if it can't be cut. */
    static List<Token> tokens(String source) {
        var lexer = new Lexer(source);
        lexer.read();
        return lexer.tokens;
    }

    private void read() {
        while (at < source.length()) {
            int open = nextOpening();
            if (open < 0) {
                add(Kind.DATA, source.substring(at), source.length());
                break;
            }
            var raw = RAW.matcher(source).region(open, source.length());
            if (raw.lookingAt()) {
                data(open, source.charAt(open + 2), true);
                moveTo(raw.end());
                raw();
                continue;
            }
            char kind = source.charAt(open + 1);
            char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
            data(open, sign, kind != '{');
            moveTo(open + (sign == '-' || sign == '+' ? 3 : 2));
            switch (kind) {
                case '#' -> comment();
                case '%' -> inside(Kind.BLOCK_BEGIN, Kind.BLOCK_END, "%}");
                default -> inside(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END, "}}");
            }
        }
        tokens.add(new Token(Kind.END, "", line));
    }

    private int nextOpening() {
        for (int i = source.indexOf('{', at); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            if ("{%#".indexOf(source.charAt(i + 1)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** Text up to a tag, whose sign or kind says which blanks before it are not text. */
    private void data(int end, char sign, boolean isBlock) {
        int to = end;
        if (sign == '-') {
            to = at + Blank.skipBack(source.substring(at, end), 0);
        } else if (sign != '+' && isBlock) {
            int lineStart = source.lastIndexOf('\n', end - 1) + 1;
            boolean hasLine = lineStart > at || startsLine;
            int from = Math.max(lineStart, at);
            if (hasLine && from < end && Blank.skip(source.substring(from, end), 0) == end - from) {
                to = from;
            }
        }
        add(Kind.DATA, source.substring(at, to), end);
    }

    private void comment() {
        int close = source.indexOf("#}", at);
        if (close < 0) {
            throw new TemplateFault("a comment has no end", line);
        }
        char sign = close > at ? source.charAt(close - 1) : ' ';
        moveTo(close + 2);
        afterBlock(sign);
    }

    /** What a block's end takes of the blanks after it. */
    private void afterBlock(char sign) {
        if (sign == '-') {
            moveTo(Blank.skip(source, at));
        } else if (sign != '+' && at < source.length() && source.charAt(at) == '\n') {
            moveTo(at + 1);
        }
        startsLine = at > 0 && source.charAt(at - 1) == '\n';
    }

    private void raw() {
        var end = END_RAW.matcher(source);
        if (!end.find(at)) {
            throw new TemplateFault("a raw block has no end", line);
        }
        var sign = String.valueOf(end.group(1));
        data(end.start(), sign.isEmpty() ? ' ' : sign.charAt(0), true);
        moveTo(end.end());
        startsLine = source.charAt(at - 1) == '\n';
    }

    private void inside(Kind begin, Kind end, String close) {
        tokens.add(new Token(begin, begin == Kind.BLOCK_BEGIN ? "{%" : "{{", line));
        Deque<String> open = new ArrayDeque<>();
        while (true) {
            moveTo(Blank.skip(source, at));
            if (at >= source.length()) {
                throw new TemplateFault("a tag has no end (expected: '%s')".formatted(close), line);
            }
            char c = source.charAt(at);
            boolean isSigned = (c == '-' || (c == '+' && end == Kind.BLOCK_END)) && source.startsWith(close, at + 1);
            if (open.isEmpty() && (isSigned || source.startsWith(close, at))) {
                add(end, close, at + close.length() + (isSigned ? 1 : 0));
                if (end == Kind.BLOCK_END) {
                    afterBlock(isSigned ? c : ' ');
                } else {
                    moveTo(isSigned ? Blank.skip(source, at) : at);
                    startsLine = source.charAt(at - 1) == '\n';
                }
                return;
            }
            inner(c, open);
        }
    }

    private void inner(char c, Deque<String> open) {
        if (match(FLOAT, Kind.FLOAT) || match(INTEGER, Kind.INTEGER) || match(NAME, Kind.NAME)) {
            return;
        }
        if (c == '\'' || c == '"') {
            string(c);
            return;
        }
        var operator = OPERATORS.stream().filter(o -> source.startsWith(o, at)).findFirst()
                .orElseThrow(() -> new TemplateFault("unexpected character '%s'".formatted(c), line));
        switch (operator) {
            case "{" -> open.push("}");
            case "(" -> open.push(")");
            case "[" -> open.push("]");
            case "}", ")", "]" -> {
                if (open.isEmpty() || !open.pop().equals(operator)) {
                    throw new TemplateFault("unexpected '%s'".formatted(operator), line);
                }
            }
            default -> {
                /* it opens and closes nothing */ }
        }
        add(Kind.OPERATOR, operator, at + operator.length());
    }

    private boolean match(Pattern pattern, Kind kind) {
        var matcher = pattern.matcher(source).region(at, source.length()).useTransparentBounds(true);
        if (!matcher.lookingAt()) {
            return false;
        }
        add(kind, matcher.group(), matcher.end());
        return true;
    }

    private void string(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote) {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        if (end >= source.length()) {
            throw new TemplateFault("a string has no end", line);
        }
        try {
            add(Kind.STRING, Escapes.resolve(source.substring(at + 1, end)), end + 1);
        } catch (TemplateFault e) {
            throw e.at(line);
        }
    }

    /** A token from here to there; empty data is none. */
    private void add(Kind kind, String text, int to) {
        if (kind != Kind.DATA || !text.isEmpty()) {
            tokens.add(new Token(kind, text, line));
        }
        moveTo(to);
    }

    private void moveTo(int to) {
        at = to;
        for (; counted < to; counted++) {
            line += source.charAt(counted) == '\n' ? 1 : 0;
        }
    }
}
