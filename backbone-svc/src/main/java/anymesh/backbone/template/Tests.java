// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** What stands behind an {@code is}: jinja2's tests. */
final class Tests {
    private static final Map<String, BiPredicate<Object, Call>> ALL = new HashMap<>();

    static {
        is("defined", value -> !(value instanceof Undefined));
        is("undefined", Undefined.class::isInstance);
        is("none", value -> value == None.NONE);
        is("boolean", Boolean.class::isInstance);
        is("true", value -> Boolean.TRUE.equals(value));
        is("false", value -> Boolean.FALSE.equals(value));
        is("integer", Long.class::isInstance);
        is("float", Double.class::isInstance);
        is("number", Numbers::isNumber);
        is("string", Text.class::isInstance);
        is("mapping", Map.class::isInstance);
        is("iterable", Values::isIterable);
        is("sequence", value -> value instanceof Text || value instanceof List<?> || value instanceof Tuple
                || value instanceof Map<?, ?> || value instanceof Undefined
                || (value instanceof View view && view.isRange()));
        is("callable", value -> value instanceof Function || value instanceof Loop || value instanceof Undefined);
        is("odd", value -> Math.floorMod(Numbers.integer(value), 2) == 1);
        is("even", value -> Math.floorMod(Numbers.integer(value), 2) == 0);
        is("escaped", value -> value instanceof Text text && text.isMarkup());
        ALL.put("lower",
                (value, call) -> isUnchanged(Printer.print(value, call.budget()), s -> s.toLowerCase(Locale.ROOT)));
        ALL.put("upper",
                (value, call) -> isUnchanged(Printer.print(value, call.budget()), s -> s.toUpperCase(Locale.ROOT)));
        ALL.put("divisibleby",
                (value, call) -> Numbers.arithmetic("%", value, call.get(0, "num")) instanceof Number rest
                        && rest.doubleValue() == 0);
        ALL.put("sameas", (value, call) -> isSame(value, call.get(0, "other"), call.budget()));
        ALL.put("in", (value, call) -> Operators.contains(call.get(0, "seq"), value, call.budget()));
        ALL.put("filter", (value, call) -> value instanceof Text name && Filters.has(name.value()));
        ALL.put("test", (value, call) -> value instanceof Text name && has(name.value()));
        compares("==", "eq", "equalto");
        compares("!=", "ne");
        compares(">", "gt", "greaterthan");
        compares(">=", "ge");
        compares("<", "lt", "lessthan");
        compares("<=", "le");
    }

    private Tests() {}

    /** Whether it is the same value: what can't change is if it is equal. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean isSame(Object value, Object other, Budget budget) {
        boolean isContainer = value instanceof List<?> || value instanceof Map<?, ?>;
        return value == other || (!isContainer && Values.type(value).equals(Values.type(other))
                && Values.equal(value, other, budget));
    }

    private static void is(String name, Predicate<Object> test) {
        ALL.put(name, (value, call) -> test.test(value));
    }

    private static void compares(String operator, String... names) {
        BiPredicate<Object, Call> test = (value, call) -> Operators.compare(operator, value, call.get(0, "other"),
                call.budget());
        ALL.put(operator, test);
        for (var name : names) {
            ALL.put(name, test);
        }
    }

    /** {@code str.islower} and {@code str.isupper}: there has to be a letter that has both. */
    private static boolean isUnchanged(Text text, java.util.function.UnaryOperator<String> change) {
        var value = text.value();
        return change.apply(value).equals(value)
                && !value.toLowerCase(Locale.ROOT).equals(value.toUpperCase(Locale.ROOT));
    }

    static boolean has(String name) {
        return ALL.containsKey(name);
    }

    /** {@link TemplateFault} if there is none of this name. */
    static BiPredicate<Object, Call> get(String name) {
        var test = ALL.get(name);
        if (test == null) {
            throw new TemplateFault("no test '%s'".formatted(name));
        }
        return test;
    }
}
