// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Python's operators. */
final class Operators {
    private Operators() {}

    static Object arithmetic(String operator, Object left, Object right, Budget budget) {
        if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
            return Numbers.arithmetic(operator, left, right);
        }
        for (var value : List.of(left, right)) {
            if (value instanceof Undefined undefined && !(operator.equals("%") && left instanceof Text)) {
                throw undefined.fault();
            }
        }
        if (operator.equals("+")) {
            if (left instanceof Text a && right instanceof Text b) {
                return plus(a, b, budget);
            }
            if (left instanceof List<?> a && right instanceof List<?> b) {
                return joined(Values.cast(a), Values.cast(b), budget);
            }
            if (left instanceof Tuple(var a) && right instanceof Tuple(var b)) {
                return new Tuple(joined(a, b, budget));
            }
        }
        if (operator.equals("*") && Numbers.isInteger(right)) {
            return times(left, Numbers.integer(right), budget);
        }
        if (operator.equals("*") && Numbers.isInteger(left)) {
            return times(right, Numbers.integer(left), budget);
        }
        if (operator.equals("%") && left instanceof Text format) {
            return Formats.percent(format, right, budget);
        }
        throw new TemplateFault("%s %s %s is nothing".formatted(Values.type(left), operator, Values.type(right)));
    }

    /** What is added to text that was marked as safe is escaped first, as markupsafe does. */
    static Text plus(Text left, Text right, Budget budget) {
        budget.characters((long) left.length() + right.length());
        if (!left.isMarkup() && !right.isMarkup()) {
            return left.plus(right);
        }
        return escape(left, budget).plus(escape(right, budget)).asMarkup(true);
    }

    /** {@code markupsafe.escape}. */
    static Text escape(Text text, Budget budget) {
        if (text.isMarkup()) {
            return text;
        }
        var to = new Text.Builder(budget);
        for (int i = 0; i < text.length(); i++) {
            char c = text.value().charAt(i);
            to.append(switch (c) {
                case '&' -> "&amp;";
                case '<' -> "&lt;";
                case '>' -> "&gt;";
                case '\'' -> "&#39;";
                case '"' -> "&#34;";
                default -> Character.toString(c);
            }, text.isForeignAt(i));
        }
        return to.build().asMarkup(true);
    }

    private static List<Object> joined(List<Object> left, List<Object> right, Budget budget) {
        budget.items((long) left.size() + right.size());
        var all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    private static Object times(Object value, long count, Budget budget) {
        long times = Math.max(0, count);
        if (value instanceof Text text) {
            budget.characters(product(text.length(), times));
            var to = new Text.Builder(budget);
            for (long i = 0; i < times && !text.isEmpty(); i++) {
                to.append(text);
            }
            return to.build().asMarkup(text.isMarkup());
        }
        if (value instanceof Tuple(var items)) {
            return new Tuple(repeated(items, times, budget));
        }
        if (value instanceof List<?> list) {
            return repeated(Values.cast(list), times, budget);
        }
        throw new TemplateFault("%s can't be repeated".formatted(Values.type(value)));
    }

    private static List<Object> repeated(List<Object> items, long times, Budget budget) {
        budget.items(product(items.size(), times));
        var all = new ArrayList<Object>();
        for (long i = 0; i < times && !items.isEmpty(); i++) {
            all.addAll(items);
        }
        return all;
    }

    /** As much as counts: beyond what any budget allows it doesn't matter how much. */
    private static long product(long a, long b) {
        return a == 0 ? 0 : b > Budget.CHARACTERS / a ? Budget.CHARACTERS : a * b;
    }

    static boolean compare(String operator, Object left, Object right, Budget budget) {
        return switch (operator) {
            case "==" -> Values.equal(left, right, budget);
            case "!=" -> !Values.equal(left, right, budget);
            case "in" -> contains(right, left, budget);
            case "not in" -> !contains(right, left, budget);
            default -> ordered(operator, left, right, budget);
        };
    }

    private static boolean ordered(String operator, Object left, Object right, Budget budget) {
        int order = Values.compare(left, right, budget);
        boolean isNaN = Values.isNaN(left) || Values.isNaN(right);
        return !isNaN && switch (operator) {
            case "<" -> order < 0;
            case "<=" -> order <= 0;
            case ">" -> order > 0;
            case ">=" -> order >= 0;
            default -> throw new IllegalArgumentException(operator);
        };
    }

    static boolean contains(Object whole, Object part, Budget budget) {
        if (whole instanceof Text text) {
            return TextMethods.find(text, Values.text(part), 0, budget) >= 0;
        }
        if (whole instanceof Map<?, ?> map) {
            return map.containsKey(Values.key(part));
        }
        for (var item : Values.items(whole, budget)) {
            if (Values.equal(item, part, budget)) {
                return true;
            }
        }
        return false;
    }
}
