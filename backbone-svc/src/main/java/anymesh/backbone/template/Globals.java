// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template has: jinja2's, and those that transformers adds. */
final class Globals {
    private static final int MAX_RANGE = 100_000;

    private Globals() {}

    /** A value with methods of its own. */
    @FunctionalInterface
    interface Member {
        @Nullable
        Object get(String name);
    }

    /** @param clock what strftime_now tells */
    static Scope scope(Clock clock) {
        var scope = new Scope(null);
        function(scope, "range", Globals::range);
        function(scope, "namespace", call -> {
            var namespace = new Namespace();
            pairs(call).forEach((name, value) -> namespace.set(Values.text(name).value(), value));
            return namespace;
        });
        function(scope, "dict", Globals::pairs);
        function(scope, "raise_exception", call -> {
            throw new Raised(Printer.print(call.takes("message").get(0, "message"), call.budget()).value());
        });
        function(scope, "strftime_now", call -> Text.own(Strftime.format(call.takes("format").text(0, "format").value(),
                LocalDateTime.now(clock))));
        function(scope, "cycler", call -> cycler(call.positional()));
        function(scope, "joiner", call -> joiner(call.text(0, "sep", ", ")));
        return scope;
    }

    private static void function(Scope scope, String name, Function function) {
        scope.set(name, function);
    }

    private static Object range(Call call) {
        call.takes("start", "stop", "step");
        boolean isEndAlone = call.positional().size() == 1;
        long start = isEndAlone ? 0 : Numbers.integer(call.get(0, "start"));
        long stop = isEndAlone ? Numbers.integer(call.get(0, "stop")) : Numbers.integer(call.get(1, "stop"));
        long step = call.integer(2, "step", 1);
        if (step == 0) {
            throw new TemplateFault("range: step 0");
        }
        var items = new ArrayList<Object>();
        for (long i = start; step > 0 ? i < stop : i > stop; i = Math.addExact(i, step)) {
            if (items.size() == MAX_RANGE) {
                throw new TemplateFault("range of more than %d numbers".formatted(MAX_RANGE));
            }
            items.add(i);
        }
        call.budget().items(items.size());
        return new View("range(%d, %d%s)".formatted(start, stop, step == 1 ? "" : ", " + step), items, true);
    }

    private static Map<Object, Object> pairs(Call call) {
        var map = new LinkedHashMap<Object, Object>();
        call.budget().items(call.named().size());
        if (!call.positional().isEmpty()) {
            var first = call.get(0, "mapping");
            var entries = first instanceof Map<?, ?> other
                    ? Attributes.items(Values.cast(other), call.budget()).items()
                    : Values.items(first, call.budget());
            for (var entry : entries) {
                call.budget().items(1);
                var pair = Values.items(entry, call.budget());
                if (pair.size() != 2) {
                    throw new TemplateFault("a dictionary is made of pairs");
                }
                map.put(Values.key(pair.getFirst()), pair.getLast());
            }
        }
        call.named().forEach((name, value) -> map.put(Text.own(name), value));
        return map;
    }

    private static Member cycler(List<Object> items) {
        if (items.isEmpty()) {
            throw new TemplateFault("cycler: at least one item has to be provided");
        }
        var at = new int[1];
        return name -> switch (name) {
            case "current" -> items.get(at[0]);
            case "next" -> (Function) call -> {
                var item = items.get(at[0]);
                at[0] = (at[0] + 1) % items.size();
                return item;
            };
            case "reset" -> (Function) call -> {
                at[0] = 0;
                return None.NONE;
            };
            default -> null;
        };
    }

    private static Function joiner(Text separator) {
        var isUsed = new boolean[1];
        return call -> {
            boolean isFirst = !isUsed[0];
            isUsed[0] = true;
            return isFirst ? Text.EMPTY : separator;
        };
    }
}
