// SPDX-License-Identifier: Apache-2.0
package anymesh.backbone.template;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What writes text or changes what names mean. */
sealed interface Statement {

    record Output(Expression value) implements Statement {}

    record If(List<Branch> branches, List<Statement> otherwise) implements Statement {}

    record Branch(Expression test, List<Statement> body) {}

    record For(Target target, Expression items, @Nullable Expression test, boolean isRecursive, List<Statement> body,
            List<Statement> otherwise, int line) implements Statement {}

    record Assign(Target target, Expression value) implements Statement {}

    /** The text of a block, which filters may have changed, becomes a value. */
    record AssignText(Target target, Expression.@Nullable Filter filter, List<Statement> body, int line)
            implements
                Statement {}

    record DefineMacro(String name, Signature signature, List<Statement> body) implements Statement {}

    record CallBlock(Signature signature, Expression.Apply call, List<Statement> body) implements Statement {}

    record FilterBlock(Expression.Filter filter, List<Statement> body) implements Statement {}

    record With(List<Target> targets, List<Expression> values, List<Statement> body, int line) implements Statement {}

    /** A block whose names end with it: {@code {% generation %}}, {@code {% block %}}. */
    record Scoped(List<Statement> body) implements Statement {}

    record Break() implements Statement {}

    record Continue() implements Statement {}

    /** What a value is given to. */
    sealed interface Target {

        record Variable(String name) implements Target {}

        record Field(String namespace, String name, int line) implements Target {}

        record Several(List<Target> targets, int line) implements Target {}
    }

    /**
     * What a macro takes.
     *
     * @param defaults of the last parameters
     * @param extras which of {@code varargs}, {@code kwargs} and {@code caller} its body uses: it takes no such arguments otherwise
     */
    record Signature(List<String> parameters, List<Expression> defaults, Set<String> extras) {
        static final Signature EMPTY = new Signature(List.of(), List.of(), Set.of());
    }
}
