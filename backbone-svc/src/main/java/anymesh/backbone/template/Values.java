// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Python does with any value. They are: {@link None}, {@link Undefined}, Boolean, Long, Double, {@link Text}, List, {@link Tuple}, Map,
 * {@link View}, {@link Stream}, {@link Namespace}, {@link Function}, {@link Loop}.
 */
final class Values {
    private Values() {}

    static boolean isTrue(Object value) {
        return switch (value) {
            case Boolean bool -> bool;
            case Long number -> number != 0;
            case Double number -> number != 0;
            case Text text -> !text.isEmpty();
            case None none -> false;
            case Undefined undefined -> false;
            default -> {
                var items = sized(value);
                yield items == null || !items.isEmpty();
            }
        };
    }

    /** What has a length beside texts; null for anything else. */
    static @Nullable List<Object> sized(Object value) {
        return switch (value) {
            case List<?> list -> cast(list);
            case Tuple tuple -> tuple.items();
            case View view -> view.items();
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case Undefined undefined -> List.of();
            default -> null;
        };
    }

    static long length(Object value, Budget budget) {
        if (value instanceof Text text) {
            budget.read(text.length());
            return text.codePoints();
        }
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        var items = sized(value);
        if (items == null) {
            throw new TemplateFault("%s has no length".formatted(type(value)));
        }
        return items.size();
    }

    static boolean isIterable(Object value) {
        return value instanceof Text || value instanceof Stream || sized(value) != null;
    }

    /** Its items, which are not to be changed. */
    static List<Object> items(Object value, Budget budget) {
        if (value instanceof Text text) {
            budget.items(text.length());
            var characters = new ArrayList<Object>();
            for (int i = 0; i < text.length();) {
                int next = text.value().offsetByCodePoints(i, 1);
                characters.add(text.substring(i, next));
                i = next;
            }
            return characters;
        }
        if (value instanceof Stream stream) {
            return stream.drain();
        }
        if (value instanceof Map<?, ?> map) {
            budget.items(map.size());
        }
        var items = sized(value);
        if (items == null) {
            throw new TemplateFault("%s can't be iterated".formatted(type(value)));
        }
        return items;
    }

    @SuppressWarnings("unchecked")
    static List<Object> cast(List<?> list) {
        return (List<Object>) list;
    }

    @SuppressWarnings("unchecked")
    static Map<Object, Object> cast(Map<?, ?> map) {
        return (Map<Object, Object>) map;
    }

    /** A text; {@link TemplateFault} for anything else. */
    static Text text(Object value) {
        return switch (value) {
            case Text text -> text;
            case Undefined undefined -> throw undefined.fault();
            default -> throw new TemplateFault("%s is no string".formatted(type(value)));
        };
    }

    /** Something that may be a key of a dictionary, as keys are kept. */
    static Object key(Object value) {
        return switch (value) {
            case Double number when number == Math.rint(number) && Math.abs(number) < 0x1p62 -> number.longValue();
            case Tuple tuple -> new Tuple(tuple.items().stream().map(item -> item instanceof Tuple
                    ? unhashable(item)
                    : key(item)).toList());
            case Text text -> text;
            case Long number -> number;
            case Double number -> number;
            case Boolean bool -> bool;
            case None none -> none;
            default -> unhashable(value);
        };
    }

    private static Object unhashable(Object value) {
        throw new TemplateFault("%s is no key".formatted(type(value)));
    }

    static boolean isKey(Object value) {
        return value instanceof Text || value instanceof None || Numbers.isNumber(value);
    }

    static boolean equal(Object left, Object right, Budget budget) {
        budget.enter();
        try {
            if (left instanceof Text a && right instanceof Text b) {
                budget.steps(Math.min(a.length(), b.length()) / 256);
                return a.equals(b);
            }
            if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
                return !isNaN(left) && !isNaN(right) && Numbers.compare(left, right) == 0;
            }
            if (left instanceof Map<?, ?> a && right instanceof Map<?, ?> b) {
                return equalMaps(a, b, budget);
            }
            if (left instanceof List<?> a && right instanceof List<?> b) {
                return equalLists(a, b, budget);
            }
            if (left instanceof Tuple(var a) && right instanceof Tuple(var b)) {
                return equalLists(a, b, budget);
            }
            if (left instanceof View(var a, var as, var isRange) && right instanceof View(var b, var bs, var isToo)) {
                return isRange == isToo && (isRange || a.equals(b)) && equalLists(as, bs, budget);
            }
            return left.equals(right) || (left instanceof Undefined && right instanceof Undefined);
        } finally {
            budget.exit();
        }
    }

    static boolean isNaN(Object value) {
        return value instanceof Double number && number.isNaN();
    }

    private static boolean equalLists(List<?> left, List<?> right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        Iterator<?> other = right.iterator();
        for (var item : left) {
            if (!equal(item, other.next(), budget)) {
                return false;
            }
        }
        return true;
    }

    private static boolean equalMaps(Map<?, ?> left, Map<?, ?> right, Budget budget) {
        if (left.size() != right.size()) {
            return false;
        }
        for (var entry : left.entrySet()) {
            var other = right.get(entry.getKey());
            if (other == null || !equal(entry.getValue(), other, budget)) {
                return false;
            }
        }
        return true;
    }

    /** Python's order; {@link TemplateFault} for what has none. */
    static int compare(Object left, Object right, Budget budget) {
        budget.enter();
        try {
            if (left instanceof Text a && right instanceof Text b) {
                budget.steps(Math.min(a.length(), b.length()) / 64);
                return compareCodePoints(a.value(), b.value());
            }
            if (Numbers.isNumber(left) && Numbers.isNumber(right)) {
                return Numbers.compare(left, right);
            }
            if (left instanceof List<?> a && right instanceof List<?> b) {
                return compareLists(cast(a), cast(b), budget);
            }
            if (left instanceof Tuple(var a) && right instanceof Tuple(var b)) {
                return compareLists(a, b, budget);
            }
            for (var value : List.of(left, right)) {
                if (value instanceof Undefined undefined) {
                    throw undefined.fault();
                }
            }
            throw new TemplateFault("%s and %s have no order".formatted(type(left), type(right)));
        } finally {
            budget.exit();
        }
    }

    private static int compareLists(List<Object> left, List<Object> right, Budget budget) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            if (!equal(left.get(i), right.get(i), budget)) {
                return compare(left.get(i), right.get(i), budget);
            }
        }
        return Integer.compare(left.size(), right.size());
    }

    /** Not as Java does, which has characters beyond U+FFFF before some that are not. */
    private static int compareCodePoints(String left, String right) {
        int i = 0;
        int end = Math.min(left.length(), right.length());
        while (i < end && left.charAt(i) == right.charAt(i)) {
            i++;
        }
        if (i == end) {
            return Integer.compare(left.length(), right.length());
        }
        boolean isInside = i > 0 && Character.isLowSurrogate(left.charAt(i))
                && Character.isLowSurrogate(right.charAt(i));
        int at = isInside ? i - 1 : i;
        return Integer.compare(left.codePointAt(at), right.codePointAt(at));
    }

    /** How Python and jinja2 call its type. */
    static String type(Object value) {
        return switch (value) {
            case None none -> "None";
            case Undefined undefined -> "undefined";
            case Boolean bool -> "bool";
            case Long number -> "int";
            case Double number -> "float";
            case Text text -> "str";
            case List<?> list -> "list";
            case Tuple tuple -> "tuple";
            case Map<?, ?> map -> "dict";
            case View view -> view.isRange() ? "range" : view.name();
            case Stream stream -> "generator";
            case Namespace namespace -> "namespace";
            default -> "function";
        };
    }
}
