// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Expression.Apply;
import anymesh.backbone.template.Expression.Literal;
import anymesh.backbone.template.Statement.Branch;
import anymesh.backbone.template.Statement.Signature;
import anymesh.backbone.template.Statement.Target;
import anymesh.backbone.template.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Jinja2's statements, those aside that would read other templates. */
final class Parser {
    private static final int DEPTH = 50;
    private static final List<String> EXTRAS = List.of("varargs", "kwargs", "caller");
    private static final Set<String> FORBIDDEN = Set.of("include", "import", "from", "extends");

    private final TokenStream tokens;
    private final ExpressionParser expressions;
    private int loops;
    private int depth;

    private Parser(TokenStream tokens) {
        this.tokens = tokens;
        this.expressions = new ExpressionParser(tokens);
    }

    /** {@link TemplateFault} with a line if that is no template. */
    static List<Statement> parse(String source) {
        var parser = new Parser(new TokenStream(Lexer.tokens(source)));
        var template = parser.statements(Set.of());
        parser.expressions.requireKnown();
        return template;
    }

    /** Up to a tag of one of these names, which is the next token then; or to the end, if none is sought. */
    private List<Statement> statements(Set<String> ends) {
        if (++depth > DEPTH) {
            throw new TemplateFault("blocks nest more than %d deep".formatted(DEPTH), tokens.peek().line());
        }
        var body = new ArrayList<Statement>();
        while (!tokens.is(Kind.END)) {
            var token = tokens.next();
            switch (token.kind()) {
                case DATA -> body.add(new Statement.Output(new Literal(Text.own(token.text()), token.line())));
                case VARIABLE_BEGIN -> {
                    body.add(new Statement.Output(expressions.tuple(true)));
                    tokens.expect(Kind.VARIABLE_END, "'}}'");
                }
                default -> {
                    if (tokens.is(Kind.NAME) && ends.contains(tokens.peek().text())) {
                        depth--;
                        return body;
                    }
                    body.addAll(statement());
                    endTag();
                }
            }
        }
        if (!ends.isEmpty()) {
            throw tokens.unexpected(ends.stream().sorted().toList().toString());
        }
        return body;
    }

    private void endTag() {
        tokens.expect(Kind.BLOCK_END, "'%}'");
    }

    /** The rest of a tag, what stands in its block, and the word that ends it. */
    private List<Statement> block(String... ends) {
        tokens.skipOperator(":");
        endTag();
        return statements(Set.of(ends));
    }

    private List<Statement> wholeBlock(String end) {
        var body = block(end);
        tokens.next();
        return body;
    }

    private List<Statement> statement() {
        var tag = tokens.expect(Kind.NAME, "a tag");
        return switch (tag.text()) {
            case "if" -> List.of(ifElse());
            case "for" -> List.of(forEach(tag.line()));
            case "set" -> List.of(set(tag.line()));
            case "macro" -> List.of(macro());
            case "call" -> List.of(call());
            case "filter" -> {
                var filter = expressions.filter(null);
                while (tokens.skipOperator("|")) {
                    filter = expressions.filter(filter);
                }
                yield List.of(new Statement.FilterBlock(filter, wholeBlock("endfilter")));
            }
            case "with" -> List.of(with(tag.line()));
            case "generation" -> List.of(new Statement.Scoped(ownLoops(() -> wholeBlock("endgeneration"))));
            case "block" -> {
                var name = tokens.expect(Kind.NAME, "a name").text();
                var body = ownLoops(() -> wholeBlock("endblock"));
                tokens.skipName(name);
                yield List.of(new Statement.Scoped(body));
            }
            case "print" -> print();
            case "break" -> List.of(inLoop(tag, new Statement.Break()));
            case "continue" -> List.of(inLoop(tag, new Statement.Continue()));
            default -> throw new TemplateFault(FORBIDDEN.contains(tag.text())
                    ? "a chat template reads no others ('%s')".formatted(tag.text())
                    : "unknown tag '%s'".formatted(tag.text()), tag.line());
        };
    }

    private Statement inLoop(Token tag, Statement statement) {
        if (loops == 0) {
            throw new TemplateFault("'%s' outside of a loop".formatted(tag.text()), tag.line());
        }
        return statement;
    }

    /** A body of its own, which can't break out of the loop around it. */
    private List<Statement> ownLoops(java.util.function.Supplier<List<Statement>> parse) {
        int outer = loops;
        loops = 0;
        var body = parse.get();
        loops = outer;
        return body;
    }

    private List<Statement> print() {
        var outputs = new ArrayList<Statement>();
        while (!tokens.is(Kind.BLOCK_END)) {
            outputs.add(new Statement.Output(expressions.expression()));
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        return outputs;
    }

    private Statement ifElse() {
        var branches = new ArrayList<Branch>();
        while (true) {
            var test = expressions.tuple(false);
            branches.add(new Branch(test, expressions.conditionally(() -> block("elif", "else", "endif"))));
            var end = tokens.next();
            if (end.isName("else")) {
                return new Statement.If(branches, expressions.conditionally(() -> wholeBlock("endif")));
            }
            if (end.isName("endif")) {
                return new Statement.If(branches, List.of());
            }
        }
    }

    private Statement forEach(int line) {
        var target = target("in");
        tokens.expectName("in");
        var items = expressions.tuple(false);
        @Nullable
        Expression test = tokens.skipName("if") ? expressions.expression() : null;
        boolean isRecursive = tokens.skipName("recursive");
        loops++;
        var body = block("endfor", "else");
        loops--;
        var otherwise = tokens.next().isName("else") ? wholeBlock("endfor") : List.<Statement>of();
        return new Statement.For(target, items, test, isRecursive, body, otherwise, line);
    }

    private Statement set(int line) {
        var target = target("=");
        if (tokens.skipOperator("=")) {
            return new Statement.Assign(target, expressions.tuple(true));
        }
        var filter = expressions.blockFilters();
        return new Statement.AssignText(target, filter, wholeBlock("endset"), line);
    }

    /** One name, a namespace's field, or several of them. */
    private Target target(String end) {
        int line = tokens.peek().line();
        var targets = new ArrayList<Target>();
        boolean isTuple = false;
        do {
            if (tokens.is(Kind.BLOCK_END) || tokens.isName(end) || tokens.isOperator(end)) {
                break;
            }
            targets.add(oneTarget(end));
            isTuple |= tokens.isOperator(",");
        } while (tokens.skipOperator(","));
        if (targets.isEmpty()) {
            throw tokens.unexpected("a name");
        }
        return isTuple ? new Target.Several(targets, line) : targets.getFirst();
    }

    private Target oneTarget(String end) {
        if (tokens.skipOperator("(")) {
            var inside = target(")");
            tokens.expectOperator(")");
            return inside;
        }
        var name = tokens.expect(Kind.NAME, "a name");
        if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
            throw new TemplateFault("can't assign to %s".formatted(name), name.line());
        }
        if (end.equals("=") && tokens.skipOperator(".")) {
            return new Target.Field(name.text(), tokens.expect(Kind.NAME, "a name").text(), name.line());
        }
        return new Target.Variable(name.text());
    }

    private Statement macro() {
        var name = tokens.expect(Kind.NAME, "a name").text();
        var signature = signature();
        var before = EXTRAS.stream().map(expressions::uses).toList();
        var body = ownLoops(() -> wholeBlock("endmacro"));
        return new Statement.DefineMacro(name, withExtras(signature, before), body);
    }

    private Signature signature() {
        tokens.expectOperator("(");
        var names = new ArrayList<String>();
        var defaults = new ArrayList<Expression>();
        while (!tokens.isOperator(")")) {
            var name = tokens.expect(Kind.NAME, "a name");
            names.add(name.text());
            if (tokens.skipOperator("=")) {
                defaults.add(expressions.expression());
            } else if (!defaults.isEmpty()) {
                throw new TemplateFault("%s has no default, but one before it has".formatted(name), name.line());
            }
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        tokens.expectOperator(")");
        return new Signature(names, defaults, Set.of());
    }

    private Statement call() {
        var signature = tokens.isOperator("(") ? signature() : Signature.EMPTY;
        if (!(expressions.expression() instanceof Apply call)) {
            throw tokens.unexpected("a call");
        }
        var before = EXTRAS.stream().map(expressions::uses).toList();
        var body = ownLoops(() -> wholeBlock("endcall"));
        return new Statement.CallBlock(withExtras(signature, before), call, body);
    }

    /** @param before how often its extras were used before the body */
    private Signature withExtras(Signature signature, List<Integer> before) {
        var used = new HashSet<String>();
        for (int i = 0; i < before.size(); i++) {
            if (expressions.uses(EXTRAS.get(i)) > before.get(i)) {
                used.add(EXTRAS.get(i));
            }
        }
        return new Signature(signature.parameters(), signature.defaults(), used);
    }

    private Statement with(int line) {
        var targets = new ArrayList<Target>();
        var values = new ArrayList<Expression>();
        while (!tokens.is(Kind.BLOCK_END)) {
            targets.add(target("with"));
            tokens.expectOperator("=");
            values.add(expressions.expression());
            if (!tokens.skipOperator(",")) {
                break;
            }
        }
        return new Statement.With(targets, values, wholeBlock("endwith"), line);
    }
}
