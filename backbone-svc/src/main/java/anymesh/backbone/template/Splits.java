// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's ways to cut a string. */
final class Splits {
    private Splits() {}

    static List<Object> split(Text text, Call call, boolean fromRight) {
        var separator = call.takes("sep", "maxsplit").get(0, "sep", None.NONE);
        long limit = call.integer(1, "maxsplit", -1);
        long most = limit < 0 ? Long.MAX_VALUE : limit;
        var parts = separator == None.NONE
                ? fromRight ? wordsFromRight(text, most) : words(text, most)
                : fromRight
                        ? piecesFromRight(text, separator(separator), most, call.budget())
                        : pieces(text, separator(separator), most, call.budget());
        call.budget().items(parts.size());
        call.budget().characters(text.length());
        return parts;
    }

    private static Text separator(Object separator) {
        var text = Values.text(separator);
        if (text.isEmpty()) {
            throw new TemplateFault("empty separator");
        }
        return text;
    }

    private static List<Object> pieces(Text text, Text separator, long most, Budget budget) {
        budget.search(text.length(), separator.length());
        var parts = new ArrayList<Object>();
        int from = 0;
        int at = text.value().indexOf(separator.value());
        while (at >= 0 && parts.size() < most) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
            at = text.value().indexOf(separator.value(), from);
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static List<Object> piecesFromRight(Text text, Text separator, long most, Budget budget) {
        budget.search(text.length(), separator.length());
        var parts = new ArrayList<Object>();
        int to = text.length();
        int at = text.value().lastIndexOf(separator.value());
        while (at >= 0 && parts.size() < most) {
            parts.add(text.substring(at + separator.length(), to));
            to = at;
            at = to < separator.length() ? -1 : text.value().lastIndexOf(separator.value(), to - separator.length());
        }
        parts.add(text.substring(0, to));
        Collections.reverse(parts);
        return parts;
    }

    /** What stands between blanks; the last has all the rest, blanks at its end too. */
    private static List<Object> words(Text text, long most) {
        var parts = new ArrayList<Object>();
        int from = Blank.skip(text.value(), 0);
        while (from < text.length()) {
            int to = from;
            while (to < text.length() && !Blank.is(text.value().charAt(to))) {
                to++;
            }
            if (parts.size() >= most) {
                parts.add(text.substring(from));
                return parts;
            }
            parts.add(text.substring(from, to));
            from = Blank.skip(text.value(), to);
        }
        return parts;
    }

    private static List<Object> wordsFromRight(Text text, long most) {
        var parts = new ArrayList<Object>();
        int to = Blank.skipBack(text.value(), 0);
        while (to > 0) {
            int from = to;
            while (from > 0 && !Blank.is(text.value().charAt(from - 1))) {
                from--;
            }
            if (parts.size() >= most) {
                parts.add(text.substring(0, to));
                break;
            }
            parts.add(text.substring(from, to));
            to = from;
            while (to > 0 && Blank.is(text.value().charAt(to - 1))) {
                to--;
            }
        }
        Collections.reverse(parts);
        return parts;
    }

    static List<Object> lines(Text text, Call call) {
        boolean keepsEnds = call.takes("keepends").flag(0, "keepends", false);
        var lines = new ArrayList<Object>();
        var value = text.value();
        int from = 0;
        for (int i = 0; i < value.length(); i++) {
            if (Blank.isLineEnd(value.charAt(i))) {
                int next = value.startsWith("\r\n", i) ? i + 2 : i + 1;
                lines.add(text.substring(from, keepsEnds ? next : i));
                from = next;
                i = next - 1;
            }
        }
        if (from < value.length()) {
            lines.add(text.substring(from));
        }
        call.budget().items(lines.size());
        call.budget().characters(text.length());
        return lines;
    }

    static Object partition(Text text, Call call, boolean fromRight) {
        var separator = separator(call.takes("sep").get(0, "sep"));
        call.budget().search(text.length(), separator.length());
        call.budget().characters(text.length());
        int at = fromRight
                ? text.value().lastIndexOf(separator.value())
                : text.value().indexOf(separator.value());
        if (at < 0) {
            return fromRight ? Tuple.of(Text.EMPTY, Text.EMPTY, text) : Tuple.of(text, Text.EMPTY, Text.EMPTY);
        }
        return Tuple.of(text.substring(0, at), separator, text.substring(at + separator.length()));
    }
}
