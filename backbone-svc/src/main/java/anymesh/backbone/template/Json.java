// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's {@code json.dumps} with transformers' defaults: no HTML escapes, characters as they are, keys in their order. */
final class Json {
    private final Text.Builder to;
    private final Budget budget;
    private final boolean isAscii;
    private final boolean sortsKeys;
    /** Null-free: empty where all stands in one line. */
    private final String indent;
    private final boolean isIndented;
    private final String itemSeparator;
    private final String keySeparator;

    private Json(Call call) {
        call.takes("ensure_ascii", "indent", "separators", "sort_keys");
        this.budget = call.budget();
        this.to = new Text.Builder(budget);
        this.isAscii = call.flag(0, "ensure_ascii", false);
        var unit = call.get(1, "indent", None.NONE);
        this.isIndented = unit != None.NONE;
        this.indent = !isIndented
                ? ""
                : unit instanceof Text text
                        ? text.value()
                        : " ".repeat(Math.clamp(Numbers.integer(unit), 0, 64));
        var separators = call.get(2, "separators", None.NONE);
        var pair = separators == None.NONE
                ? List.<Object>of(Text.own(isIndented ? "," : ", "), Text.own(": "))
                : Values.items(separators, budget);
        if (pair.size() != 2) {
            throw new TemplateFault("separators: %d values (expected: 2)".formatted(pair.size()));
        }
        this.itemSeparator = Values.text(pair.getFirst()).value();
        this.keySeparator = Values.text(pair.getLast()).value();
        this.sortsKeys = call.flag(3, "sort_keys", false);
    }

    /** @param options what stands in the filter's parentheses */
    static Text write(Object value, Call options) {
        var json = new Json(options);
        json.write(value, 1);
        return json.to.build();
    }

    private void write(Object value, int level) {
        budget.enter();
        switch (value) {
            case None none -> to.append("null");
            case Boolean bool -> to.append(bool ? "true" : "false");
            case Text text -> quote(text);
            case Long number -> to.append(number.toString());
            case Double number -> to.append(number(number));
            case List<?> list -> list(Values.cast(list), level);
            case Tuple tuple -> list(tuple.items(), level);
            case Map<?, ?> map -> map(map, level);
            default -> throw new TemplateFault("%s can't be written as JSON".formatted(Values.type(value)));
        }
        budget.exit();
    }

    private static String number(Double number) {
        return Double.isNaN(number)
                ? "NaN"
                : Double.isInfinite(number) ? number > 0 ? "Infinity" : "-Infinity" : Numbers.repr(number);
    }

    private void list(List<Object> items, int level) {
        to.append("[");
        for (int i = 0; i < items.size(); i++) {
            to.append(i == 0 ? "" : itemSeparator);
            breakLine(level);
            write(items.get(i), level + 1);
        }
        close(items.isEmpty(), level, "]");
    }

    private void map(Map<?, ?> map, int level) {
        to.append("{");
        var keys = new ArrayList<Object>(map.keySet());
        if (sortsKeys) {
            keys.sort((a, b) -> Values.compare(a, b, budget));
        }
        for (int i = 0; i < keys.size(); i++) {
            to.append(i == 0 ? "" : itemSeparator);
            breakLine(level);
            quote(key(keys.get(i)));
            to.append(keySeparator);
            write(Values.cast(map).getOrDefault(keys.get(i), None.NONE), level + 1);
        }
        close(keys.isEmpty(), level, "}");
    }

    private static Text key(Object key) {
        return switch (key) {
            case Text text -> text;
            case None none -> Text.own("null");
            case Boolean bool -> Text.own(bool ? "true" : "false");
            case Long number -> Text.own(number.toString());
            case Double number -> Text.own(number(number));
            default -> throw new TemplateFault("%s can't be a key in JSON".formatted(Values.type(key)));
        };
    }

    private void breakLine(int level) {
        if (isIndented) {
            to.append("\n").repeat(indent, level);
        }
    }

    private void close(boolean isEmpty, int level, String bracket) {
        if (!isEmpty) {
            breakLine(level - 1);
        }
        to.append(bracket);
    }

    private void quote(Text text) {
        to.append("\"");
        var value = text.value();
        for (int i = 0; i < value.length(); i++) {
            // UTF-16 units: what lies beyond U+FFFF is two of them, in JSON's escapes too.
            to.append(escape(value.charAt(i)), text.isForeignAt(i));
        }
        to.append("\"");
    }

    private String escape(char c) {
        return switch (c) {
            case '"' -> "\\\"";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\f' -> "\\f";
            case '\b' -> "\\b";
            default -> c < 0x20 || (isAscii && c > 0x7f) ? "\\u%04x".formatted((int) c) : Character.toString(c);
        };
    }
}
