// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Expression.Apply;
import anymesh.backbone.template.Expression.Inputs;
import anymesh.backbone.template.Expression.Literal;
import anymesh.backbone.template.Expression.TupleOf;
import anymesh.backbone.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Jinja2's expressions, with its own precedence: a test or filter binds tighter than arithmetic, {@code ~} than {@code +}. */
final class ExpressionParser {
    private static final int DEPTH = 100;
    private static final List<String> COMPARISONS = List.of("==", "!=", "<", "<=", ">", ">=");
    private static final Map<String, Object> CONSTANTS = Map.of("true", true, "True", true, "false", false, "False",
            false, "none", None.NONE, "None", None.NONE);

    private final TokenStream tokens;
    /** Filters and tests that nobody knows, those aside that a condition may keep from being reached. */
    private final List<TemplateFault> unknown = new ArrayList<>();
    private final Map<String, Integer> uses = new HashMap<>();
    private int depth;

    ExpressionParser(TokenStream tokens) {
        this.tokens = tokens;
    }

    /** Parses what is reached only under a condition: what is unknown there is no fault until it is. */
    <T> T conditionally(Supplier<T> parse) {
        int before = unknown.size();
        var parsed = parse.get();
        unknown.subList(before, unknown.size()).clear();
        return parsed;
    }

    /** How often a name was read so far. */
    int uses(String name) {
        return uses.getOrDefault(name, 0);
    }

    /** To be called at the end of a template. */
    void requireKnown() {
        if (!unknown.isEmpty()) {
            throw unknown.getFirst();
        }
    }

    /** One that may be a tuple without parentheses. */
    Expression tuple(boolean withConditional) {
        return tuple(() -> withConditional ? expression() : or(), false);
    }

    private Expression tuple(Supplier<Expression> part, boolean mayBeEmpty) {
        int line = tokens.peek().line();
        var parts = new ArrayList<Expression>();
        boolean isTuple = false;
        while (!endsTuple()) {
            parts.add(part.get());
            if (!tokens.skipOperator(",")) {
                break;
            }
            isTuple = true;
        }
        if (!isTuple && !parts.isEmpty()) {
            return parts.getFirst();
        }
        if (!isTuple && !mayBeEmpty) {
            throw tokens.unexpected("an expression");
        }
        return new TupleOf(parts, line);
    }

    private boolean endsTuple() {
        return tokens.is(Kind.BLOCK_END) || tokens.is(Kind.VARIABLE_END) || tokens.isOperator(")")
                || tokens.isName("recursive");
    }

    Expression expression() {
        return nested(() -> {
            int line = tokens.peek().line();
            int before = unknown.size();
            var value = or();
            while (tokens.skipName("if")) {
                unknown.subList(before, unknown.size()).clear();
                var test = or();
                @Nullable
                Expression otherwise = tokens.skipName("else") ? conditionally(this::expression) : null;
                value = new Expression.Conditional(test, value, otherwise, line);
            }
            return value;
        });
    }

    private Expression or() {
        var left = and();
        while (tokens.isName("or")) {
            int line = tokens.next().line();
            left = new Expression.Or(left, and(), line);
        }
        return left;
    }

    private Expression and() {
        var left = not();
        while (tokens.isName("and")) {
            int line = tokens.next().line();
            left = new Expression.And(left, not(), line);
        }
        return left;
    }

    private Expression not() {
        if (tokens.isName("not")) {
            int line = tokens.next().line();
            return nested(() -> new Expression.Not(not(), line));
        }
        return comparison();
    }

    private Expression comparison() {
        int line = tokens.peek().line();
        var first = sum();
        var rest = new ArrayList<Expression.Operand>();
        while (true) {
            var token = tokens.peek();
            if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
                tokens.next();
                rest.add(new Expression.Operand(token.text(), sum()));
            } else if (tokens.skipName("in")) {
                rest.add(new Expression.Operand("in", sum()));
            } else if (token.isName("not") && tokens.peekSecond().isName("in")) {
                tokens.next();
                tokens.next();
                rest.add(new Expression.Operand("not in", sum()));
            } else {
                return rest.isEmpty() ? first : new Expression.Comparison(first, rest, line);
            }
        }
    }

    private Expression sum() {
        return arithmetic(this::concatenation, List.of("+", "-"));
    }

    private Expression concatenation() {
        int line = tokens.peek().line();
        var first = product();
        if (!tokens.isOperator("~")) {
            return first;
        }
        var parts = new ArrayList<>(List.of(first));
        while (tokens.skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(parts, line);
    }

    private Expression product() {
        return arithmetic(() -> arithmetic(() -> unary(true), List.of("**")), List.of("*", "/", "//", "%"));
    }

    private Expression arithmetic(Supplier<Expression> operand, List<String> operators) {
        var left = operand.get();
        while (tokens.is(Kind.OPERATOR) && operators.contains(tokens.peek().text())) {
            var operator = tokens.next();
            left = new Expression.Arithmetic(operator.text(), left, operand.get(), operator.line());
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        int line = tokens.peek().line();
        Expression value;
        if (tokens.isOperator("-") || tokens.isOperator("+")) {
            boolean isNegative = tokens.next().isOperator("-");
            value = nested(() -> new Expression.Sign(unary(false), isNegative, line));
        } else {
            value = primary();
        }
        value = postfix(value);
        return withFilters ? filtersAndTests(value) : value;
    }

    private Expression primary() {
        var token = tokens.peek();
        return switch (token.kind()) {
            case NAME -> {
                tokens.next();
                var constant = CONSTANTS.get(token.text());
                uses.merge(token.text(), 1, Integer::sum);
                yield constant != null
                        ? new Literal(constant, token.line())
                        : new Expression.Name(token.text(), token.line());
            }
            case STRING -> {
                var text = new StringBuilder();
                while (tokens.is(Kind.STRING)) {
                    text.append(tokens.next().text());
                }
                yield new Literal(Text.own(text.toString()), token.line());
            }
            case INTEGER, FLOAT -> new Literal(Numbers.literal(tokens.next()), token.line());
            case OPERATOR -> switch (token.text()) {
                case "(" -> {
                    tokens.next();
                    var inside = tuple(this::expression, true);
                    tokens.expectOperator(")");
                    yield inside;
                }
                case "[" -> list();
                case "{" -> dict();
                default -> throw tokens.unexpected("an expression");
            };
            default -> throw tokens.unexpected("an expression");
        };
    }

    private Expression list() {
        int line = tokens.next().line();
        var items = new ArrayList<Expression>();
        while (!tokens.isOperator("]")) {
            items.add(expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("]");
        return new Expression.ListOf(items, line);
    }

    private Expression dict() {
        int line = tokens.next().line();
        var entries = new ArrayList<Expression.Entry>();
        while (!tokens.isOperator("}")) {
            var key = expression();
            tokens.expectOperator(":");
            entries.add(new Expression.Entry(key, expression()));
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator("}");
        return new Expression.DictOf(entries, line);
    }

    private Expression postfix(Expression of) {
        var value = of;
        while (true) {
            if (tokens.isOperator(".")) {
                int line = tokens.next().line();
                value = tokens.is(Kind.INTEGER)
                        ? new Expression.Item(value, new Literal(Numbers.literal(tokens.next()), line), line)
                        : new Expression.Attribute(value, tokens.expect(Kind.NAME, "a name").text(), line);
            } else if (tokens.isOperator("[")) {
                value = subscript(value);
            } else if (tokens.isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    private Expression call(Expression callee) {
        int line = tokens.peek().line();
        return new Apply(callee, inputs(), line);
    }

    private Expression subscript(Expression of) {
        int line = tokens.next().line();
        @Nullable
        Expression first = tokens.isOperator(":") ? null : tuple(this::expression, false);
        if (first != null && !tokens.isOperator(":")) {
            tokens.expectOperator("]");
            return new Expression.Item(of, first, line);
        }
        tokens.expectOperator(":");
        var to = bound();
        var step = tokens.skipOperator(":") ? bound() : null;
        tokens.expectOperator("]");
        return new Expression.Slice(of, first, to, step, line);
    }

    private @Nullable Expression bound() {
        return tokens.isOperator(":") || tokens.isOperator("]") ? null : expression();
    }

    private Expression filtersAndTests(Expression of) {
        var value = of;
        while (true) {
            if (tokens.isOperator("|")) {
                tokens.next();
                value = filter(value);
            } else if (tokens.isName("is")) {
                value = test(value);
            } else if (tokens.isOperator("(")) {
                value = call(value);
            } else {
                return value;
            }
        }
    }

    /** A filter whose name is next. */
    Expression.Filter filter(@Nullable Expression of) {
        var name = tokens.expect(Kind.NAME, "a filter");
        if (!Filters.has(name.text())) {
            unknown.add(new TemplateFault("no filter '%s'".formatted(name.text()), name.line()));
        }
        return new Expression.Filter(of, name.text(), tokens.isOperator("(") ? inputs() : Inputs.NONE, name.line());
    }

    /** The filters of a block's text, if there are any. */
    Expression.@Nullable Filter blockFilters() {
        Expression.@Nullable Filter filter = null;
        while (tokens.skipOperator("|")) {
            filter = filter(filter);
        }
        return filter;
    }

    private Expression test(Expression of) {
        tokens.next();
        boolean isNegated = tokens.skipName("not");
        var name = tokens.expect(Kind.NAME, "a test");
        if (!Tests.has(name.text())) {
            unknown.add(new TemplateFault("no test '%s'".formatted(name.text()), name.line()));
        }
        var inputs = tokens.isOperator("(") ? inputs() : oneInput();
        var test = new Expression.Test(of, name.text(), inputs, name.line());
        return isNegated ? new Expression.Not(test, name.line()) : test;
    }

    /** What a test is given without parentheses: {@code is divisibleby 3}. */
    private Inputs oneInput() {
        boolean isThere = switch (tokens.peek().kind()) {
            case NAME -> !List.of("else", "or", "and").contains(tokens.peek().text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> tokens.isOperator("[") || tokens.isOperator("{");
            default -> false;
        };
        if (!isThere) {
            return Inputs.NONE;
        }
        if (tokens.isName("is")) {
            throw tokens.unexpected("no second test");
        }
        return new Inputs(List.of(postfix(primary())), List.of(), null, null);
    }

    private Inputs inputs() {
        int line = tokens.peek().line();
        tokens.expectOperator("(");
        var positional = new ArrayList<Expression>();
        var named = new ArrayList<Expression.Keyword>();
        @Nullable
        Expression more = null;
        @Nullable
        Expression moreNamed = null;
        while (!tokens.isOperator(")")) {
            if (moreNamed != null) {
                throw new TemplateFault("nothing may follow ** in a call", line);
            }
            if (tokens.skipOperator("*")) {
                more = expression();
            } else if (tokens.skipOperator("**")) {
                moreNamed = expression();
            } else if (tokens.is(Kind.NAME) && tokens.peekSecond().isOperator("=")) {
                var name = tokens.next().text();
                tokens.next();
                named.add(new Expression.Keyword(name, expression()));
            } else if (more != null || !named.isEmpty()) {
                throw new TemplateFault("a positional argument follows one with a name", line);
            } else {
                positional.add(expression());
            }
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return new Inputs(positional, named, more, moreNamed);
    }

    private <T> T nested(Supplier<T> parse) {
        if (++depth > DEPTH) {
            throw new TemplateFault("expressions nest more than %d deep".formatted(DEPTH), tokens.peek().line());
        }
        var parsed = parse.get();
        depth--;
        return parsed;
    }
}
