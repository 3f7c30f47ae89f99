// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;
import java.util.Map;

/**
 * What a function, filter or test is given.
 *
 * @param budget of the rendering
 */
record Call(List<Object> positional, Map<String, Object> named, Budget budget) {

    static Call of(Budget budget, Object... positional) {
        return new Call(List.of(positional), Map.of(), budget);
    }

    /** It with another value before the others. */
    Call after(Object first) {
        var all = new java.util.ArrayList<>(List.of(first));
        all.addAll(positional);
        return new Call(all, named, budget);
    }

    /** Without the first so many. */
    Call skip(int count) {
        return new Call(positional.subList(Math.min(count, positional.size()), positional.size()), named, budget);
    }

    /** {@link TemplateFault} if there is anything but these, in this order. */
    Call takes(String... names) {
        if (positional.size() > names.length) {
            throw new TemplateFault("is given %d values (expected: up to %d)".formatted(positional.size(),
                    names.length));
        }
        var known = List.of(names);
        for (var name : named.keySet()) {
            int place = known.indexOf(name);
            if (place < 0 || place < positional.size()) {
                throw new TemplateFault("is given %s '%s'".formatted(place < 0 ? "an unknown" : "a second", name));
            }
        }
        return this;
    }

    boolean has(int place, String name) {
        return place < positional.size() || named.containsKey(name);
    }

    Object get(int place, String name, Object otherwise) {
        return place < positional.size() ? positional.get(place) : named.getOrDefault(name, otherwise);
    }

    Object get(int place, String name) {
        if (!has(place, name)) {
            throw new TemplateFault("lacks its value '%s'".formatted(name));
        }
        return get(place, name, None.NONE);
    }

    Text text(int place, String name) {
        return Values.text(get(place, name));
    }

    Text text(int place, String name, String otherwise) {
        return has(place, name) ? text(place, name) : Text.own(otherwise);
    }

    long integer(int place, String name, long otherwise) {
        return has(place, name) ? Numbers.integer(get(place, name)) : otherwise;
    }

    boolean flag(int place, String name, boolean otherwise) {
        return has(place, name) ? Values.isTrue(get(place, name)) : otherwise;
    }
}
