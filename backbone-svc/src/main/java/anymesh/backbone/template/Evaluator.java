// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Expression.Inputs;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What expressions come to. */
final class Evaluator {
    private final Budget budget;

    Evaluator(Budget budget) {
        this.budget = budget;
    }

    /** {@link TemplateFault} with the line for what can't be told. */
    Object value(Expression expression, Scope scope) {
        budget.enter();
        try {
            return evaluate(expression, scope);
        } catch (TemplateFault e) {
            throw e.at(expression.line());
        } catch (ArithmeticException e) {
            throw new TemplateFault("a number is too large", expression.line());
        } finally {
            budget.exit();
        }
    }

    boolean isTrue(Expression expression, Scope scope) {
        return Values.isTrue(value(expression, scope));
    }

    private Object evaluate(Expression expression, Scope scope) {
        return switch (expression) {
            case Expression.Literal literal -> literal.value();
            case Expression.Name name -> scope.get(name.name());
            case Expression.ListOf list -> all(list.items(), scope);
            case Expression.TupleOf tuple -> new Tuple(all(tuple.items(), scope));
            case Expression.DictOf dict -> dictionary(dict, scope);
            case Expression.Attribute attribute ->
                Attributes.attribute(value(attribute.of(), scope), attribute.name(), budget);
            case Expression.Item item -> Attributes.item(value(item.of(), scope), value(item.key(), scope), budget);
            case Expression.Slice slice -> Attributes.slice(value(slice.of(), scope), bound(slice.from(), scope),
                    bound(slice.to(), scope), bound(slice.step(), scope), budget);
            case Expression.Apply apply -> apply(apply, scope, Map.of());
            case Expression.Filter filter -> filter(filter, Text.EMPTY, scope);
            case Expression.Test test -> named(test.name(), "test",
                    () -> Tests.get(test.name()).test(value(test.of(), scope), call(test.inputs(), scope)));
            case Expression.Not not -> !isTrue(not.of(), scope);
            case Expression.Sign sign -> sign(value(sign.of(), scope), sign.isNegative());
            case Expression.And and -> {
                var left = value(and.left(), scope);
                yield Values.isTrue(left) ? value(and.right(), scope) : left;
            }
            case Expression.Or or -> {
                var left = value(or.left(), scope);
                yield Values.isTrue(left) ? left : value(or.right(), scope);
            }
            case Expression.Arithmetic sum -> Operators.arithmetic(sum.operator(), value(sum.left(), scope),
                    value(sum.right(), scope), budget);
            case Expression.Comparison comparison -> holds(comparison, scope);
            case Expression.Concatenation concatenation -> {
                var to = new Text.Builder(budget);
                for (var part : concatenation.parts()) {
                    to.append(Printer.print(value(part, scope), budget));
                }
                yield to.build();
            }
            case Expression.Conditional choice -> {
                var otherwise = choice.otherwise();
                yield isTrue(choice.test(), scope)
                        ? value(choice.then(), scope)
                        : otherwise != null
                                ? value(otherwise, scope)
                                : new Undefined("the inline if-expression evaluated to false and has no else");
            }
        };
    }

    private List<Object> all(List<Expression> expressions, Scope scope) {
        budget.items(expressions.size());
        var values = new ArrayList<Object>(expressions.size());
        for (var expression : expressions) {
            values.add(value(expression, scope));
        }
        return values;
    }

    private Map<Object, Object> dictionary(Expression.DictOf dict, Scope scope) {
        budget.items(2L * dict.entries().size());
        var map = new LinkedHashMap<Object, Object>();
        for (var entry : dict.entries()) {
            map.put(Values.key(value(entry.key(), scope)), value(entry.value(), scope));
        }
        return map;
    }

    private Object bound(@Nullable Expression bound, Scope scope) {
        return bound == null ? None.NONE : value(bound, scope);
    }

    private static Object sign(Object value, boolean isNegative) {
        return value instanceof Double real
                ? isNegative ? -real : real
                : isNegative ? Numbers.arithmetic("-", 0L, Numbers.integer(value)) : (Object) Numbers.integer(value);
    }

    private boolean holds(Expression.Comparison comparison, Scope scope) {
        var left = value(comparison.first(), scope);
        for (var operand : comparison.rest()) {
            var right = value(operand.value(), scope);
            if (!Operators.compare(operand.operator(), left, right, budget)) {
                return false;
            }
            left = right;
        }
        return true;
    }

    /** @param extra arguments by name beside those that stand there */
    Object apply(Expression.Apply apply, Scope scope, Map<String, Object> extra) {
        var callee = value(apply.callee(), scope);
        var call = call(apply.inputs(), scope);
        if (!extra.isEmpty()) {
            var named = new LinkedHashMap<>(call.named());
            named.putAll(extra);
            call = new Call(call.positional(), named, budget);
        }
        var given = call;
        return switch (callee) {
            case Function function -> named(spelled(apply.callee()), "", () -> function.call(given));
            case Loop loop -> loop.again(given);
            case Undefined undefined -> throw undefined.fault();
            default -> throw new TemplateFault("%s can't be called".formatted(Values.type(callee)));
        };
    }

    private static String spelled(Expression callee) {
        return switch (callee) {
            case Expression.Name(var name, var line) -> name;
            case Expression.Attribute(var of, var name, var line) -> name;
            default -> "a function";
        };
    }

    /** @param block what is filtered where the filter stands before a block */
    Object filter(Expression.Filter filter, Text block, Scope scope) {
        var of = filter.of();
        var value = of == null
                ? block
                : of instanceof Expression.Filter inner && isOfBlock(inner)
                        ? filter(inner, block, scope)
                        : value(of, scope);
        return named(filter.name(), "filter",
                () -> Filters.get(filter.name()).apply(value, call(filter.inputs(), scope)));
    }

    private static boolean isOfBlock(Expression.Filter filter) {
        return filter.of() == null || (filter.of() instanceof Expression.Filter inner && isOfBlock(inner));
    }

    /** Says of a fault whose it is, unless that is known. */
    private static <T> T named(String name, String kind, java.util.function.Supplier<T> use) {
        try {
            return use.get();
        } catch (TemplateFault e) {
            if (e.line() > 0 || String.valueOf(e.getMessage()).startsWith("no ")) {
                throw e;
            }
            throw new TemplateFault("%s '%s': %s".formatted(kind, name, e.getMessage()).strip());
        }
    }

    private Call call(Inputs inputs, Scope scope) {
        var positional = all(inputs.positional(), scope);
        var named = new LinkedHashMap<String, Object>();
        for (var keyword : inputs.named()) {
            named.put(keyword.name(), value(keyword.value(), scope));
        }
        if (inputs.more() != null) {
            var more = Values.items(value(inputs.more(), scope), budget);
            budget.items(more.size());
            positional.addAll(more);
        }
        if (inputs.moreNamed() != null) {
            if (!(value(inputs.moreNamed(), scope) instanceof Map<?, ?> map)) {
                throw new TemplateFault("what follows ** is no dictionary");
            }
            budget.items(map.size());
            map.forEach((name, value) -> named.put(Values.text(name).value(), value));
        }
        return new Call(positional, named, budget);
    }
}
