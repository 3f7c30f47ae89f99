// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/** Jinja2's filters of what has items. */
final class Sequences {
    static final Map<String, Filters.Filter> FILTERS;

    static {
        var all = new HashMap<String, Filters.Filter>();
        all.put("length", (value, call) -> Values.length(value, call.budget()));
        all.put("count", (value, call) -> Values.length(value, call.budget()));
        all.put("list", (value, call) -> new ArrayList<>(Values.items(value, call.budget())));
        all.put("first", Sequences::first);
        all.put("last", Sequences::last);
        all.put("join", Sequences::join);
        all.put("items", Sequences::items);
        all.put("reverse", Sequences::reverse);
        all.put("sort", Sequences::sort);
        all.put("dictsort", Sequences::sortMap);
        all.put("unique", (value, call) -> stream(call, () -> unique(value, call)));
        all.put("min", (value, call) -> extreme(value, call, false));
        all.put("max", (value, call) -> extreme(value, call, true));
        all.put("sum", Sequences::sum);
        all.put("map", (value, call) -> stream(call, () -> map(value, call)));
        all.put("select", (value, call) -> stream(call, () -> select(value, call, false, true)));
        all.put("reject", (value, call) -> stream(call, () -> select(value, call, false, false)));
        all.put("selectattr", (value, call) -> stream(call, () -> select(value, call, true, true)));
        all.put("rejectattr", (value, call) -> stream(call, () -> select(value, call, true, false)));
        all.put("batch", (value, call) -> stream(call, () -> batch(value, call)));
        FILTERS = Collections.unmodifiableMap(all);
    }

    private Sequences() {}

    /** Made when it is gone through; it may go through others, so it counts as a call. */
    private static Stream stream(Call call, Supplier<List<Object>> items) {
        return new Stream(() -> {
            call.budget().enter();
            var made = items.get();
            call.budget().exit();
            return made;
        });
    }

    private static Object first(Object value, Call call) {
        if (value instanceof Stream stream) {
            return stream.first();
        }
        var items = Values.items(value, call.budget());
        return items.isEmpty() ? new Undefined("No first item, sequence was empty.") : items.getFirst();
    }

    private static Object last(Object value, Call call) {
        if (value instanceof Stream) {
            throw new TemplateFault("a generator has no last item");
        }
        var items = Values.items(value, call.budget());
        return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
    }

    private static Object join(Object value, Call call) {
        call.takes("d", "attribute");
        var budget = call.budget();
        var attribute = call.get(1, "attribute", None.NONE);
        var texts = new ArrayList<Object>();
        for (var item : Values.items(value, budget)) {
            budget.step();
            texts.add(Printer.print(attribute == None.NONE
                    ? item
                    : Attributes.path(item, attribute, None.NONE, budget), budget));
        }
        return TextMethods.join(Printer.print(call.get(0, "d", Text.EMPTY), budget), texts, budget);
    }

    private static Object items(Object value, Call call) {
        if (value instanceof Undefined) {
            return new Stream(List::of);
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateFault("%s has no items (expected: a mapping)".formatted(Values.type(value)));
        }
        return stream(call, () -> Attributes.items(Values.cast(map), call.budget()).items());
    }

    private static Object reverse(Object value, Call call) {
        if (value instanceof Text) {
            return Attributes.slice(value, None.NONE, None.NONE, -1L, call.budget());
        }
        var items = Values.items(value, call.budget()); // what can't be reversed is a fault at once
        return stream(call, () -> reversed(items, call.budget()));
    }

    private static List<Object> reversed(List<Object> items, Budget budget) {
        budget.items(items.size());
        var reversed = new ArrayList<>(items);
        Collections.reverse(reversed);
        return reversed;
    }

    private static Object sort(Object value, Call call) {
        call.takes("reverse", "case_sensitive", "attribute");
        return sorted(Values.items(value, call.budget()), call.get(2, "attribute", None.NONE),
                call.flag(1, "case_sensitive", false), call.flag(0, "reverse", false), call.budget());
    }

    private static Object sortMap(Object value, Call call) {
        call.takes("case_sensitive", "by", "reverse");
        var by = call.text(1, "by", "key").value();
        if (!List.of("key", "value").contains(by) || !(value instanceof Map<?, ?> map)) {
            throw new TemplateFault("dictsort of %s by '%s' (expected: a mapping, by key or value)".formatted(
                    Values.type(value), by));
        }
        return sorted(Attributes.items(Values.cast(map), call.budget()).items(), by.equals("key") ? 0L : 1L,
                call.flag(0, "case_sensitive", false), call.flag(2, "reverse", false), call.budget());
    }

    /** By one attribute or, with commas, several. */
    private static List<Object> sorted(List<Object> items, Object attribute, boolean isCaseSensitive,
            boolean isReversed,
            Budget budget) {
        var keys = attribute instanceof Text names && names.value().contains(",")
                ? List.<Object>of((Object[]) names.value().split(","))
                : List.of(attribute);
        Comparator<Object> order = Comparator.comparingInt(item -> 0);
        for (var key : keys) {
            var path = key instanceof String name ? Text.own(name) : key;
            order = order.thenComparing((a, b) -> Values.compare(sortKey(a, path, isCaseSensitive, budget),
                    sortKey(b, path, isCaseSensitive, budget), budget));
        }
        budget.items(items.size());
        var sorted = new ArrayList<>(items);
        sorted.sort(isReversed ? order.reversed() : order);
        return sorted;
    }

    private static Object sortKey(Object item, Object path, boolean isCaseSensitive, Budget budget) {
        var key = path == None.NONE ? item : Attributes.path(item, path, None.NONE, budget);
        return isCaseSensitive ? key : folded(key, budget);
    }

    private static Object folded(Object key, Budget budget) {
        return key instanceof Text text ? TextMethods.map(text, budget, s -> s.toLowerCase(Locale.ROOT)) : key;
    }

    private static List<Object> unique(Object value, Call call) {
        call.takes("case_sensitive", "attribute");
        var seen = new LinkedHashMap<Object, Object>();
        for (var item : Values.items(value, call.budget())) {
            call.budget().items(1);
            seen.putIfAbsent(Values.key(sortKey(item, call.get(1, "attribute", None.NONE),
                    call.flag(0, "case_sensitive", false), call.budget())), item);
        }
        return new ArrayList<>(seen.values());
    }

    private static Object extreme(Object value, Call call, boolean isMost) {
        call.takes("case_sensitive", "attribute");
        var items = Values.items(value, call.budget());
        if (items.isEmpty()) {
            return new Undefined("No aggregated item, sequence was empty.");
        }
        var best = items.getFirst();
        for (var item : items) {
            int order = Values.compare(
                    sortKey(item, call.get(1, "attribute", None.NONE), call.flag(0, "case_sensitive", false),
                            call.budget()),
                    sortKey(best, call.get(1, "attribute", None.NONE), call.flag(0, "case_sensitive", false),
                            call.budget()),
                    call.budget());
            best = isMost ? order > 0 ? item : best : order < 0 ? item : best;
        }
        return best;
    }

    private static Object sum(Object value, Call call) {
        call.takes("attribute", "start");
        var attribute = call.get(0, "attribute", None.NONE);
        var sum = call.get(1, "start", 0L);
        for (var item : Values.items(value, call.budget())) {
            sum = Operators.arithmetic("+", sum, attribute == None.NONE
                    ? item
                    : Attributes.path(item, attribute, None.NONE, call.budget()), call.budget());
        }
        return sum;
    }

    /** None at all of what is false, even if it has no items, such as None. */
    private static List<Object> itemsIfTrue(Object value, Budget budget) {
        return Values.isTrue(value) ? Values.items(value, budget) : List.of();
    }

    /** By an attribute, or by another filter whose name comes first. */
    private static List<Object> map(Object value, Call call) {
        var mapped = new ArrayList<Object>();
        var items = itemsIfTrue(value, call.budget());
        call.budget().items(items.size());
        if (call.positional().isEmpty()) {
            call.takes("", "attribute", "default");
            for (var item : items) {
                mapped.add(Attributes.path(item, call.get(1, "attribute"), call.get(2, "default", None.NONE),
                        call.budget()));
            }
        } else {
            var filter = Filters.get(call.text(0, "name").value());
            for (var item : items) {
                mapped.add(filter.apply(item, call.skip(1)));
            }
        }
        return mapped;
    }

    /** Those that pass a test, or are true; those of which an attribute does. */
    private static List<Object> select(Object value, Call call, boolean byAttribute, boolean isWanted) {
        var budget = call.budget();
        var rest = call.skip(byAttribute ? 1 : 0);
        BiPredicate<Object, Call> test = rest.positional().isEmpty()
                ? (item, none) -> Values.isTrue(item)
                : Tests.get(rest.text(0, "test").value());
        var selected = new ArrayList<Object>();
        for (var item : itemsIfTrue(value, budget)) {
            budget.items(1);
            var tested = byAttribute ? Attributes.path(item, call.get(0, "attribute"), None.NONE, budget) : item;
            if (test.test(tested, rest.skip(1)) == isWanted) {
                selected.add(item);
            }
        }
        return selected;
    }

    private static List<Object> batch(Object value, Call call) {
        long size = call.takes("linecount", "fill_with").integer(0, "linecount", 1);
        var fill = call.get(1, "fill_with", None.NONE);
        var batches = new ArrayList<Object>();
        var batch = new ArrayList<Object>();
        for (var item : Values.items(value, call.budget())) {
            call.budget().items(1);
            if (batch.size() >= Math.max(1, size)) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(item);
        }
        if (!batch.isEmpty()) {
            while (fill != None.NONE && batch.size() < size) {
                call.budget().items(1);
                batch.add(fill);
            }
            batches.add(batch);
        }
        return batches;
    }
}
