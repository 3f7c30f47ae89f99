// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has a value. */
sealed interface Expression {

    /** Where it stands, counted from 1. */
    int line();

    record Literal(Object value, int line) implements Expression {}

    record Name(String name, int line) implements Expression {}

    record ListOf(List<Expression> items, int line) implements Expression {}

    record TupleOf(List<Expression> items, int line) implements Expression {}

    record DictOf(List<Entry> entries, int line) implements Expression {}

    record Entry(Expression key, Expression value) {}

    record Attribute(Expression of, String name, int line) implements Expression {}

    record Item(Expression of, Expression key, int line) implements Expression {}

    record Slice(Expression of, @Nullable Expression from, @Nullable Expression to, @Nullable Expression step,
            int line) implements Expression {}

    record Apply(Expression callee, Inputs inputs, int line) implements Expression {}

    /**
     * A filter.
     *
     * @param of what is filtered; null in {@code {% filter %}} and {@code {% set x | filter %}}, where it is the block's text
     */
    record Filter(@Nullable Expression of, String name, Inputs inputs, int line) implements Expression {}

    record Test(Expression of, String name, Inputs inputs, int line) implements Expression {}

    record Not(Expression of, int line) implements Expression {}

    record Sign(Expression of, boolean isNegative, int line) implements Expression {}

    record And(Expression left, Expression right, int line) implements Expression {}

    record Or(Expression left, Expression right, int line) implements Expression {}

    record Arithmetic(String operator, Expression left, Expression right, int line) implements Expression {}

    /** {@code a < b == c}, which holds if each of the pairs does. */
    record Comparison(Expression first, List<Operand> rest, int line) implements Expression {}

    /**
     * What a comparison compares with.
     *
     * @param operator one of {@code == != < <= > >= in}, and {@code not in}
     */
    record Operand(String operator, Expression value) {}

    record Concatenation(List<Expression> parts, int line) implements Expression {}

    record Conditional(Expression test, Expression then, @Nullable Expression otherwise, int line)
            implements
                Expression {}

    /** What stands in the parentheses of a call, a filter or a test. */
    record Inputs(List<Expression> positional, List<Keyword> named, @Nullable Expression more,
            @Nullable Expression moreNamed) {
        static final Inputs NONE = new Inputs(List.of(), List.of(), null, null);
    }

    record Keyword(String name, Expression value) {}
}
