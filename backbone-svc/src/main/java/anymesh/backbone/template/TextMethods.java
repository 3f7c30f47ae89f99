// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings. What they cut and join keeps whose it is. */
final class TextMethods {
    private static final Map<String, BiFunction<Text, Call, Object>> ALL = new HashMap<>();

    static {
        ALL.put("strip", (text, call) -> strip(text, call, true, true));
        ALL.put("lstrip", (text, call) -> strip(text, call, true, false));
        ALL.put("rstrip", (text, call) -> strip(text, call, false, true));
        ALL.put("split", (text, call) -> Splits.split(text, call, false));
        ALL.put("rsplit", (text, call) -> Splits.split(text, call, true));
        ALL.put("splitlines", Splits::lines);
        ALL.put("partition", (text, call) -> Splits.partition(text, call, false));
        ALL.put("rpartition", (text, call) -> Splits.partition(text, call, true));
        ALL.put("startswith", (text, call) -> hasEnd(text, call, true));
        ALL.put("endswith", (text, call) -> hasEnd(text, call, false));
        ALL.put("replace", (text, call) -> replace(text, call.takes("old", "new", "count").text(0, "old"),
                call.text(1, "new"), call.integer(2, "count", -1), call.budget()));
        ALL.put("removeprefix", (text, call) -> starts(text, call.text(0, "prefix"))
                ? text.substring(call.text(0, "prefix").length())
                : text);
        ALL.put("removesuffix", (text, call) -> ends(text, call.text(0, "suffix"))
                ? text.substring(0, text.length() - call.text(0, "suffix").length())
                : text);
        ALL.put("join", (text, call) -> join(text, Values.items(call.get(0, "iterable"), call.budget()),
                call.budget()));
        ALL.put("find", (text, call) -> place(text, call, false, false));
        ALL.put("rfind", (text, call) -> place(text, call, true, false));
        ALL.put("index", (text, call) -> place(text, call, false, true));
        ALL.put("rindex", (text, call) -> place(text, call, true, true));
        ALL.put("count", TextMethods::count);
        ALL.put("format", Formats::braces);
        ALL.put("upper", (text, call) -> map(text, call, s -> s.toUpperCase(Locale.ROOT)));
        ALL.put("lower", (text, call) -> map(text, call, s -> s.toLowerCase(Locale.ROOT)));
        ALL.put("casefold", (text, call) -> map(text, call,
                s -> s.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT)));
        ALL.put("swapcase", (text, call) -> map(text, call, TextMethods::swapCase));
        ALL.put("capitalize", (text, call) -> capitalize(text, call.budget()));
        ALL.put("title", (text, call) -> title(text, call.budget()));
        ALL.put("center", (text, call) -> pad(text, call, true, true));
        ALL.put("ljust", (text, call) -> pad(text, call, false, true));
        ALL.put("rjust", (text, call) -> pad(text, call, true, false));
        ALL.put("zfill", TextMethods::zeroFill);
        is("isspace", Blank::is);
        is("isdigit", Character::isDigit);
        is("isdecimal", Character::isDigit);
        is("isnumeric", c -> Character.isDigit(c) || Character.getType(c) == Character.LETTER_NUMBER
                || Character.getType(c) == Character.OTHER_NUMBER);
        is("isalpha", Character::isLetter);
        is("isalnum", c -> Character.isLetter(c) || Character.isDigit(c));
        ALL.put("isascii", (text, call) -> text.value().chars().allMatch(c -> c < 0x80));
        ALL.put("isupper", (text, call) -> isCase(text, Character::isUpperCase, Character::isLowerCase));
        ALL.put("islower", (text, call) -> isCase(text, Character::isLowerCase, Character::isUpperCase));
    }

    private TextMethods() {}

    private static void is(String name, IntPredicate kind) {
        ALL.put(name, (text, call) -> !text.isEmpty() && text.value().codePoints().allMatch(kind));
    }

    /** The method of a text, ready to be called; null if there is none of this name. */
    static @Nullable Function of(Text text, String name) {
        var method = ALL.get(name);
        if (method == null) {
            return null;
        }
        return call -> {
            call.budget().read(text.length());
            var made = method.apply(text, call);
            if (made instanceof Text result) {
                call.budget().characters(result.length());
                return result.asMarkup(text.isMarkup());
            }
            return made;
        };
    }

    static int find(Text text, Text sought, int from, Budget budget) {
        budget.search(text.length() - from, sought.length());
        return text.value().indexOf(sought.value(), from);
    }

    private static Text strip(Text text, Call call, boolean left, boolean right) {
        return strip(text, call.takes("chars").get(0, "chars", None.NONE), left, right);
    }

    static Text strip(Text text, Object characters, boolean left, boolean right) {
        IntPredicate isStripped = characters == None.NONE
                ? Blank::is
                : c -> Values.text(characters).value().indexOf(c) >= 0;
        var value = text.value();
        int from = 0;
        int to = value.length();
        while (left && from < to && isStripped.test(value.codePointAt(from))) {
            from = value.offsetByCodePoints(from, 1);
        }
        while (right && to > from && isStripped.test(value.codePointBefore(to))) {
            to = value.offsetByCodePoints(to, -1);
        }
        return text.substring(from, to);
    }

    private static boolean starts(Text text, Text part) {
        return text.value().startsWith(part.value());
    }

    private static boolean ends(Text text, Text part) {
        return text.value().endsWith(part.value());
    }

    private static Object hasEnd(Text text, Call call, boolean isStart) {
        var part = call.get(0, "prefix");
        var looked = Attributes.slice(text, call.get(1, "start", None.NONE), call.get(2, "end", None.NONE), None.NONE,
                call.budget());
        var within = Values.text(looked);
        var parts = part instanceof Tuple(var items) ? items : List.of(part);
        return parts.stream().map(Values::text).anyMatch(p -> isStart ? starts(within, p) : ends(within, p));
    }

    static Text replace(Text text, Text old, Text by, long count, Budget budget) {
        var to = new Text.Builder(budget);
        long left = count < 0 ? Long.MAX_VALUE : count;
        int from = 0;
        if (old.isEmpty()) {
            return between(text, by, left, budget);
        }
        budget.search(text.length(), old.length());
        for (int at = text.value().indexOf(old.value()); at >= 0 && left > 0; left--) {
            to.append(text.substring(from, at)).append(by);
            from = at + old.length();
            at = text.value().indexOf(old.value(), from);
        }
        return to.append(text.substring(from)).build();
    }

    /** Puts a text before each character and at the end. */
    private static Text between(Text text, Text by, long count, Budget budget) {
        var to = new Text.Builder(budget);
        long left = count;
        for (var character : Values.items(text, budget)) {
            if (left-- > 0) {
                to.append(by);
            }
            to.append(Values.text(character));
        }
        return left > 0 ? to.append(by).build() : to.build();
    }

    static Text join(Text separator, List<Object> items, Budget budget) {
        var to = new Text.Builder(budget);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                to.append(separator);
            }
            to.append(Values.text(items.get(i)));
        }
        return to.build();
    }

    /** In code points, as Python counts. */
    private static Object place(Text text, Call call, boolean isLast, boolean isRequired) {
        var sought = call.takes("sub", "start").text(0, "sub");
        call.budget().search(text.length(), sought.length());
        var value = text.value();
        int start = value.offsetByCodePoints(0, Math.clamp(call.integer(1, "start", 0), 0, text.codePoints()));
        int at = isLast ? value.lastIndexOf(sought.value()) : value.indexOf(sought.value(), start);
        if (at < start && isRequired) {
            throw new TemplateFault("substring not found");
        }
        return at < start ? -1L : (long) value.codePointCount(0, at);
    }

    private static Object count(Text text, Call call) {
        var sought = call.takes("sub").text(0, "sub");
        if (sought.isEmpty()) {
            return text.codePoints() + 1L;
        }
        call.budget().search(text.length(), sought.length());
        long count = 0;
        for (int at = text.value().indexOf(sought.value()); at >= 0; count++) {
            at = text.value().indexOf(sought.value(), at + sought.length());
        }
        return count;
    }

    /** Changes the characters run by run, so that each stays whose it is. */
    static Text map(Text text, Call call, java.util.function.UnaryOperator<String> change) {
        return map(text, call.budget(), change);
    }

    static Text map(Text text, Budget budget, java.util.function.UnaryOperator<String> change) {
        var to = new Text.Builder(budget);
        for (int i = 0; i < text.length();) {
            int end = text.runEnd(i);
            to.append(change.apply(text.value().substring(i, end)), text.isForeignAt(i));
            i = end;
        }
        return to.build();
    }

    private static String swapCase(String text) {
        var swapped = new StringBuilder();
        text.codePoints().mapToObj(Character::toString).forEach(c -> swapped.append(
                c.equals(c.toUpperCase(Locale.ROOT)) ? c.toLowerCase(Locale.ROOT) : c.toUpperCase(Locale.ROOT)));
        return swapped.toString();
    }

    static Text capitalize(Text text, Budget budget) {
        if (text.isEmpty()) {
            return text;
        }
        int first = text.value().offsetByCodePoints(0, 1);
        return map(text.substring(0, first), budget, s -> Character.toString(Character.toTitleCase(s.codePointAt(0))))
                .plus(map(text.substring(first), budget, s -> s.toLowerCase(Locale.ROOT)));
    }

    /** A capital after each character that is no letter. */
    private static Text title(Text text, Budget budget) {
        var to = new Text.Builder(budget);
        boolean inWord = false;
        for (int i = 0; i < text.length();) {
            int c = text.value().codePointAt(i);
            to.append(Character.toString(inWord ? Character.toLowerCase(c) : Character.toTitleCase(c)),
                    text.isForeignAt(i));
            inWord = Character.isLetter(c);
            i += Character.charCount(c);
        }
        return to.build();
    }

    private static Text pad(Text text, Call call, boolean left, boolean right) {
        var fill = call.takes("width", "fillchar").text(1, "fillchar", " ").value();
        return pad(text, Numbers.integer(call.get(0, "width")), fill, left, right, call.budget());
    }

    static Text pad(Text text, long width, String fill, boolean left, boolean right, Budget budget) {
        long missing = Math.max(0, width - text.codePoints());
        // Python has the odd one at the left if the width is odd too.
        long before = left && right ? missing / 2 + (missing & width & 1) : left ? missing : 0;
        return new Text.Builder(budget).repeat(fill, before).append(text).repeat(fill, right ? missing - before : 0)
                .build();
    }

    private static Text zeroFill(Text text, Call call) {
        long width = Numbers.integer(call.takes("width").get(0, "width"));
        boolean isSigned = text.value().startsWith("-") || text.value().startsWith("+");
        var digits = isSigned ? text.substring(1) : text;
        return text.substring(0, isSigned ? 1 : 0)
                .plus(pad(digits, isSigned ? width - 1 : width, "0", true, false, call.budget()));
    }

    private static boolean isCase(Text text, IntPredicate wanted, IntPredicate other) {
        return text.value().codePoints().anyMatch(wanted) && text.value().codePoints().noneMatch(other);
    }
}
