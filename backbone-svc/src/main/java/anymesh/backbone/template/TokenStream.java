// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import anymesh.backbone.template.Token.Kind;
import java.util.List;

/** Tokens, the next one ahead. */
final class TokenStream {
    private final List<Token> tokens;
    private int at;

    /** @param tokens the last of which is an END */
    TokenStream(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    /** The one after the next. */
    Token peekSecond() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        var token = peek();
        at = Math.min(at + 1, tokens.size() - 1);
        return token;
    }

    boolean is(Kind kind) {
        return peek().kind() == kind;
    }

    boolean isName(String name) {
        return peek().isName(name);
    }

    boolean isOperator(String operator) {
        return peek().isOperator(operator);
    }

    boolean skipName(String name) {
        boolean there = isName(name);
        if (there) {
            next();
        }
        return there;
    }

    boolean skipOperator(String operator) {
        boolean there = isOperator(operator);
        if (there) {
            next();
        }
        return there;
    }

    Token expect(Kind kind, String what) {
        if (!is(kind)) {
            throw unexpected(what);
        }
        return next();
    }

    void expectName(String name) {
        if (!skipName(name)) {
            throw unexpected("'" + name + "'");
        }
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected("'" + operator + "'");
        }
    }

    TemplateFault unexpected(String expected) {
        return new TemplateFault("unexpected %s (expected: %s)".formatted(peek(), expected), peek().line());
    }
}
