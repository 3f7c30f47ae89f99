// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the dot and the brackets find in a value: its own items and methods, and nothing else. */
final class Attributes {
    /** Python has them, the sandbox doesn't let them be called. */
    private static final Set<String> LIST_CHANGES = Set.of("append", "clear", "extend", "insert", "pop", "remove",
            "reverse", "sort");
    private static final Set<String> MAP_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");

    private Attributes() {}

    /** {@code value.name}: a method first, then an item. */
    static Object attribute(Object value, String name, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        var own = own(value, name);
        if (own != null) {
            return own;
        }
        if (value instanceof Map<?, ?> map) {
            var item = Values.cast(map).get(Text.own(name));
            if (item != null) {
                return item;
            }
        }
        return absent(value, name);
    }

    /** {@code value[key]}: an item first, then a method; Undefined if there is neither. */
    static Object item(Object value, Object key, Budget budget) {
        var found = switch (value) {
            case Undefined undefined -> throw undefined.fault();
            case Map<?, ?> map -> Values.isKey(key) ? Values.cast(map).get(Values.key(key)) : null;
            case List<?> list -> place(Values.cast(list), key);
            case Tuple(var items) -> place(items, key);
            case View view -> view.isRange() ? place(view.items(), key) : null;
            case Text text -> character(text, key, budget);
            default -> null;
        };
        if (found == null && key instanceof Text name) {
            found = own(value, name.value());
        }
        if (found != null) {
            return found;
        }
        return key instanceof Text name
                ? absent(value, name.value())
                : new Undefined("%s object has no element %s".formatted(Values.type(value),
                        Values.isKey(key) ? Printer.repr(key, budget) : Values.type(key)));
    }

    /** A method, or a field of what has fields; no item. */
    static Object method(Object value, String name) {
        var own = own(value, name);
        return own == null ? absent(value, name) : own;
    }

    private static @Nullable Object place(List<Object> items, Object key) {
        if (!Numbers.isInteger(key)) {
            return null;
        }
        long index = Numbers.integer(key);
        long place = index < 0 ? index + items.size() : index;
        return place >= 0 && place < items.size() ? items.get((int) place) : null;
    }

    private static @Nullable Object character(Text text, Object key, Budget budget) {
        if (!Numbers.isInteger(key)) {
            return null;
        }
        long index = Numbers.integer(key);
        int length = Math.toIntExact(Values.length(text, budget));
        long place = index < 0 ? index + length : index;
        if (place < 0 || place >= length) {
            return null;
        }
        int from = text.value().offsetByCodePoints(0, (int) place);
        return text.substring(from, text.value().offsetByCodePoints(from, 1));
    }

    private static Undefined absent(Object value, String name) {
        return new Undefined("%s object has no attribute '%s'".formatted(Values.type(value), name));
    }

    private static @Nullable Object own(Object value, String name) {
        return switch (value) {
            case Text text -> TextMethods.of(text, name);
            case Map<?, ?> map -> MAP_CHANGES.contains(name) ? forbidden(name) : method(Values.cast(map), name);
            case List<?> list -> LIST_CHANGES.contains(name) ? forbidden(name) : method(Values.cast(list), name);
            case Tuple(var items) -> name.equals("copy") ? null : method(items, name);
            case Namespace namespace -> namespace.get(name);
            case Loop loop -> loop.get(name);
            case Globals.Member object -> object.get(name);
            default -> null;
        };
    }

    private static Undefined forbidden(String name) {
        return new Undefined("a template can't change its values ('%s')".formatted(name));
    }

    private static @Nullable Function method(Map<Object, Object> map, String name) {
        return switch (name) {
            case "get" -> call -> {
                call.takes("key", "default");
                return map.getOrDefault(Values.key(call.get(0, "key")), call.get(1, "default", None.NONE));
            };
            case "items" -> call -> items(map, call.takes().budget());
            case "keys" -> call -> view("dict_keys", new ArrayList<>(map.keySet()), call.takes().budget());
            case "values" -> call -> view("dict_values", new ArrayList<>(map.values()), call.takes().budget());
            case "copy" -> call -> {
                call.takes().budget().items(map.size());
                return new LinkedHashMap<>(map);
            };
            default -> null;
        };
    }

    static View items(Map<Object, Object> map, Budget budget) {
        var items = new ArrayList<Object>();
        map.forEach((key, value) -> items.add(Tuple.of(key, value)));
        return view("dict_items", items, budget);
    }

    private static View view(String name, List<Object> items, Budget budget) {
        budget.items(items.size());
        return new View(name, items, false);
    }

    private static @Nullable Function method(List<Object> list, String name) {
        return switch (name) {
            case "index" -> call -> {
                for (int i = 0; i < list.size(); i++) {
                    if (Values.equal(list.get(i), call.get(0, "value"), call.budget())) {
                        return (long) i;
                    }
                }
                throw new TemplateFault("the value is not in the list");
            };
            case "count" ->
                call -> list.stream().filter(item -> Values.equal(item, call.get(0, "value"), call.budget()))
                        .count();
            case "copy" -> call -> {
                call.budget().items(list.size());
                return new ArrayList<>(list);
            };
            default -> null;
        };
    }

    /** {@code value[from:to:step]}, None where a bound is left out; Undefined for what has no such places. */
    static Object slice(Object value, Object from, Object to, Object step, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.fault();
        }
        boolean isSequence = value instanceof List<?> || value instanceof Tuple || value instanceof Text
                || (value instanceof View view && view.isRange());
        for (var bound : List.of(from, to, step)) {
            isSequence &= bound == None.NONE || Numbers.isInteger(bound);
        }
        if (!isSequence) {
            return new Undefined("%s object has no such slice".formatted(Values.type(value)));
        }
        long stride = step == None.NONE ? 1 : Numbers.integer(step);
        if (stride == 0) {
            throw new TemplateFault("slice step cannot be zero");
        }
        long length = Values.length(value, budget);
        long first = bound(from, length, stride, stride > 0 ? 0 : length - 1);
        long end = bound(to, length, stride, stride > 0 ? length : -1);
        if (value instanceof Text text && stride == 1) {
            return cut(text, first, end, budget);
        }
        var items = Values.items(value, budget);
        var picked = new ArrayList<Object>();
        for (long i = first; stride > 0 ? i < end : i > end; i += stride) {
            picked.add(items.get((int) i));
        }
        budget.items(picked.size());
        return switch (value) {
            case Text text -> TextMethods.join(Text.EMPTY, picked, budget).asMarkup(text.isMarkup());
            case Tuple tuple -> new Tuple(picked);
            default -> picked;
        };
    }

    private static Text cut(Text text, long first, long end, Budget budget) {
        if (first >= end) {
            return Text.EMPTY.asMarkup(text.isMarkup());
        }
        int from = text.value().offsetByCodePoints(0, (int) first);
        int to = text.value().offsetByCodePoints(from, (int) (end - first));
        budget.characters(to - from);
        return text.substring(from, to);
    }

    private static long bound(Object bound, long length, long stride, long otherwise) {
        if (bound == None.NONE) {
            return otherwise;
        }
        long index = Numbers.integer(bound);
        long place = index < 0 ? index + length : index;
        return stride > 0 ? Math.clamp(place, 0, length) : Math.clamp(place, -1, length - 1);
    }

    /** {@code a.b.0}, as filters look up what their {@code attribute} names. */
    static Object path(Object value, Object attribute, Object otherwise, Budget budget) {
        var found = value;
        if (!(attribute instanceof Text names)) {
            return item(value, attribute, budget);
        }
        for (var key : names.value().split("\\.", -1)) {
            boolean isNumber = !key.isEmpty() && key.length() < 10 && key.chars().allMatch(c -> c >= '0' && c <= '9');
            found = item(found, isNumber ? (Object) Long.parseLong(key) : Text.own(key), budget);
            if (found instanceof Undefined && otherwise != None.NONE) {
                found = otherwise;
            }
        }
        return found;
    }
}
