// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What stands behind a {@code |}: jinja2's filters, those aside that are about web pages or chance. */
final class Filters {
    /** A filter: what is filtered, and what stands in its parentheses. */
    @FunctionalInterface
    interface Filter {
        Object apply(Object value, Call call);
    }

    private static final Map<String, Filter> ALL = new HashMap<>(Sequences.FILTERS);

    static {
        ALL.put("tojson", Json::write);
        ALL.put("string", (value, call) -> Printer.print(value, call.budget()));
        ALL.put("safe", (value, call) -> Printer.print(value, call.budget()).asMarkup(true));
        ALL.put("escape", (value, call) -> Operators.escape(Printer.print(value, call.budget()), call.budget()));
        ALL.put("forceescape", (value, call) -> Operators.escape(Printer.print(value, call.budget()).asMarkup(false),
                call.budget()));
        ALL.put("default", (value, call) -> value instanceof Undefined
                || (call.takes("default_value", "boolean").flag(1, "boolean", false) && !Values.isTrue(value))
                        ? call.get(0, "default_value", Text.EMPTY)
                        : value);
        ALL.put("trim", (value, call) -> TextMethods.strip(Printer.print(value, call.budget()),
                call.takes("chars").get(0, "chars", None.NONE), true, true));
        ALL.put("upper", (value, call) -> map(value, call, s -> s.toUpperCase(Locale.ROOT)));
        ALL.put("lower", (value, call) -> map(value, call, s -> s.toLowerCase(Locale.ROOT)));
        ALL.put("capitalize", (value, call) -> TextMethods.capitalize(Printer.print(value, call.budget()),
                call.budget()));
        ALL.put("title", Filters::title);
        ALL.put("replace", (value, call) -> TextMethods.replace(Printer.print(value, call.budget()),
                Printer.print(call.takes("old", "new", "count").get(0, "old"), call.budget()),
                Printer.print(call.get(1, "new"), call.budget()),
                call.get(2, "count", None.NONE) == None.NONE ? -1 : call.integer(2, "count", -1), call.budget()));
        ALL.put("indent", Filters::indent);
        ALL.put("center", (value, call) -> TextMethods.pad(Printer.print(value, call.budget()),
                call.takes("width").integer(0, "width", 80), " ", true, true, call.budget()));
        ALL.put("truncate", Filters::truncate);
        ALL.put("wordcount", (value, call) -> Values.items(Printer.print(value, call.budget()), call.budget()).stream()
                .reduce(new long[]{0, 0}, (state, c) -> {
                    boolean isWord = Character.isLetterOrDigit(Values.text(c).value().codePointAt(0))
                            || c.equals(Text.own("_"));
                    return new long[]{isWord ? 1 : 0, state[1] + (isWord && state[0] == 0 ? 1 : 0)};
                }, (a, b) -> b)[1]);
        ALL.put("format", (value, call) -> Formats.percent(Printer.print(value, call.budget()),
                call.named().isEmpty() ? new Tuple(call.positional()) : keyed(call.named()), call.budget()));
        ALL.put("int", Filters::integer);
        ALL.put("float", (value, call) -> {
            var real = parsedReal(value);
            return Double.isNaN(real[1]) ? call.takes("default").get(0, "default", 0.0) : (Object) real[0];
        });
        ALL.put("abs", (value, call) -> value instanceof Double real
                ? (Object) Math.abs(real)
                : (Object) Math.absExact(Numbers.integer(value)));
        ALL.put("round", Filters::round);
        ALL.put("attr", (value, call) -> Attributes.method(value, call.text(0, "name").value()));
        ALL.put("d", get("default"));
        ALL.put("e", get("escape"));
    }

    private Filters() {}

    static boolean has(String name) {
        return ALL.containsKey(name);
    }

    /** {@link TemplateFault} if there is none of this name. */
    static Filter get(String name) {
        var filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateFault("no filter '%s'".formatted(name));
        }
        return filter;
    }

    private static Text map(Object value, Call call, java.util.function.UnaryOperator<String> change) {
        var text = Printer.print(value, call.takes().budget());
        return TextMethods.map(text, call.budget(), change).asMarkup(text.isMarkup());
    }

    private static Map<Object, Object> keyed(Map<String, Object> named) {
        var keyed = new HashMap<Object, Object>();
        named.forEach((name, value) -> keyed.put(Text.own(name), value));
        return keyed;
    }

    /** A capital after blanks, hyphens and opening brackets; else small letters. */
    private static Object title(Object value, Call call) {
        var text = Printer.print(value, call.budget());
        var to = new Text.Builder(call.budget());
        boolean begins = true;
        for (int i = 0; i < text.length();) {
            int c = text.value().codePointAt(i);
            to.append(Character.toString(begins ? Character.toUpperCase(c) : Character.toLowerCase(c)),
                    text.isForeignAt(i));
            begins = Blank.is(c) || "-({[<".indexOf(c) >= 0;
            i += Character.charCount(c);
        }
        return to.build();
    }

    private static Object indent(Object value, Call call) {
        call.takes("width", "first", "blank");
        var width = call.get(0, "width", 4L);
        var indent = width instanceof Text text
                ? text
                : Operators.arithmetic("*", Text.own(" "), width, call.budget()) instanceof Text spaces
                        ? spaces
                        : Text.EMPTY;
        boolean blank = call.flag(2, "blank", false);
        var lines = Splits.lines(Values.text(value).plus(Text.own("\n")), Call.of(call.budget()));
        var to = new Text.Builder(call.budget());
        for (int i = 0; i < lines.size(); i++) {
            var line = Values.text(lines.get(i));
            to.append(i == 0 ? "" : "\n");
            boolean isIndented = i == 0 ? call.flag(1, "first", false) : blank || !line.isEmpty();
            to.append(isIndented ? indent : Text.EMPTY).append(line);
        }
        return to.build();
    }

    private static Object truncate(Object value, Call call) {
        call.takes("length", "killwords", "end", "leeway");
        var text = Values.text(value);
        long length = call.integer(0, "length", 255);
        var end = call.text(2, "end", "...");
        if (text.codePoints() <= length + call.integer(3, "leeway", 5)) {
            return text;
        }
        var kept = Values.text(Attributes.slice(text, None.NONE, length - end.codePoints(), None.NONE, call.budget()));
        int space = kept.value().lastIndexOf(' ');
        return (call.flag(1, "killwords", false) || space < 0 ? kept : kept.substring(0, space)).plus(end);
    }

    private static Object integer(Object value, Call call) {
        call.takes("default", "base");
        long base = call.integer(1, "base", 10);
        if (value instanceof Text text) {
            try {
                return Long.parseLong(text.value().strip().replace("_", ""), (int) base);
            } catch (NumberFormatException e) {
                // It may be the text of a float.
            }
        }
        var real = value instanceof Long || value instanceof Boolean ? new double[]{0, 1} : parsedReal(value);
        if (value instanceof Long || value instanceof Boolean) {
            return Numbers.integer(value);
        }
        return Double.isNaN(real[1]) || !Double.isFinite(real[0])
                ? call.get(0, "default", 0L)
                : (Object) Numbers.truncate(real[0]);
    }

    /** A number and 0; the second is NaN if it is none. */
    private static double[] parsedReal(Object value) {
        if (Numbers.isNumber(value)) {
            return new double[]{Numbers.real(value), 0};
        }
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        try {
            var text = value instanceof Text t ? t.value().strip().replace("_", "") : "none";
            boolean isJava = text.endsWith("f") || text.endsWith("d") || text.endsWith("F") || text.endsWith("D");
            return new double[]{isJava ? Double.NaN : Double.parseDouble(text), isJava ? Double.NaN : 0};
        } catch (NumberFormatException e) {
            return new double[]{0, Double.NaN};
        }
    }

    private static Object round(Object value, Call call) {
        call.takes("precision", "method");
        int digits = Math.clamp(call.integer(0, "precision", 0), -300, 300);
        var method = call.text(1, "method", "common").value();
        if (method.equals("common")) {
            return value instanceof Long && digits >= 0 ? value : (Object) Numbers.round(Numbers.real(value), digits);
        }
        double scale = Math.pow(10, digits);
        double scaled = Numbers.real(value) * scale;
        if (!List.of("ceil", "floor").contains(method)) {
            throw new TemplateFault("method '%s' (expected: common, ceil or floor)".formatted(method));
        }
        return (method.equals("ceil") ? Math.ceil(scaled) : Math.floor(scaled)) / scale;
    }
}
