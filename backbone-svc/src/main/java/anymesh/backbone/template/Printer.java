// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;
import java.util.Map;

/** Values as Python prints them: {@code str} and {@code repr}. */
final class Printer {
    private final Text.Builder to;
    private final Budget budget;

    private Printer(Text.Builder to, Budget budget) {
        this.to = to;
        this.budget = budget;
    }

    /** {@code str(value)}. */
    static Text print(Object value, Budget budget) {
        return switch (value) {
            case Text text -> text;
            case Undefined undefined -> Text.EMPTY;
            default -> repr(value, budget);
        };
    }

    static Text repr(Object value, Budget budget) {
        var to = new Text.Builder(budget);
        new Printer(to, budget).write(value);
        return to.build();
    }

    private void write(Object value) {
        budget.enter();
        switch (value) {
            case None none -> to.append("None");
            case Undefined undefined -> to.append("Undefined");
            case Text text -> quote(text);
            case List<?> list -> list("[", Values.cast(list), "]");
            case Tuple(var items) -> list("(", items, items.size() == 1 ? ",)" : ")");
            case View view -> view(view);
            case Map<?, ?> map -> map(map);
            case Boolean bool -> to.append(Numbers.repr(bool));
            case Long number -> to.append(Numbers.repr(number));
            case Double number -> to.append(Numbers.repr(number));
            default -> throw new TemplateFault("%s can't be printed".formatted(Values.type(value)));
        }
        budget.exit();
    }

    private void view(View view) {
        if (view.isRange()) {
            to.append(view.name());
        } else {
            list(view.name() + "([", view.items(), "])");
        }
    }

    private void list(String open, List<Object> items, String close) {
        to.append(open);
        for (int i = 0; i < items.size(); i++) {
            to.append(i == 0 ? "" : ", ");
            write(items.get(i));
        }
        to.append(close);
    }

    private void map(Map<?, ?> map) {
        to.append("{");
        var separator = "";
        for (var entry : map.entrySet()) {
            to.append(separator);
            write(entry.getKey());
            to.append(": ");
            write(entry.getValue());
            separator = ", ";
        }
        to.append("}");
    }

    private void quote(Text text) {
        var value = text.value();
        var quote = value.contains("'") && !value.contains("\"") ? "\"" : "'";
        to.append(quote);
        for (int i = 0; i < value.length();) {
            int c = value.codePointAt(i);
            to.append(quoted(c, quote.charAt(0)), text.isForeignAt(i));
            i += Character.charCount(c);
        }
        to.append(quote);
    }

    private static String quoted(int c, char quote) {
        return switch (c) {
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case '\\' -> "\\\\";
            default -> {
                if (c == quote) {
                    yield "\\" + quote;
                }
                if (isPrintable(c)) {
                    yield Character.toString(c);
                }
                yield (c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x").formatted(c);
            }
        };
    }

    private static boolean isPrintable(int c) {
        return c == ' ' || switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SPACE_SEPARATOR ->
                false;
            default -> true;
        };
    }
}
